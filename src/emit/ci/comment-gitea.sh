# The same comment each time, by its first line. The token is read from a file: no command line shows it.
umask 077
printf 'header = "Authorization: token %s"\n' "${TOKEN}" >"${RUNNER_TEMP}/curl"
api() { curl --silent --show-error --fail-with-body --config "${RUNNER_TEMP}/curl" --header 'Content-Type: application/json' "$@"; }
issues=${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/issues
api "${issues}/${NUMBER}/comments" >"${RUNNER_TEMP}/comments"
known=$(jq --raw-output 'map(select(.body | startswith("<!-- sitewright -->"))) | first | .id // empty' "${RUNNER_TEMP}/comments")
jq --null-input --rawfile body "${RUNNER_TEMP}/comment" '{body: $body}' >"${RUNNER_TEMP}/body"
if [[ -n ${known} ]]; then
  api --output /dev/null --request PATCH --data-binary "@${RUNNER_TEMP}/body" "${issues}/comments/${known}"
else
  api --output /dev/null --request POST --data-binary "@${RUNNER_TEMP}/body" "${issues}/${NUMBER}/comments"
fi
