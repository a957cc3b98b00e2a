# The same comment each time, by its first line.
comments=repos/${GITHUB_REPOSITORY}/issues/${NUMBER}/comments
known=$(gh api --paginate "${comments}" --jq '.[] | select(.user.type == "Bot" and (.body | startswith("<!-- sitewright -->"))) | .id')
known=${known%%$'\n'*}
if [[ -n ${known} ]]; then
  gh api --silent --method PATCH "repos/${GITHUB_REPOSITORY}/issues/comments/${known}" --field "body=@${RUNNER_TEMP}/comment"
else
  gh api --silent --method POST "${comments}" --field "body=@${RUNNER_TEMP}/comment"
fi
