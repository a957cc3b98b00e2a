# A private repository without code scanning refuses them: the annotations of the check say the same.
sitewright check "${MANIFEST}" --format sarif >"${RUNNER_TEMP}/findings" || (($? == 1))
gzip --to-stdout "${RUNNER_TEMP}/findings" | base64 --wrap=0 >"${RUNNER_TEMP}/findings.gz"
gh api --silent --method POST "repos/${GITHUB_REPOSITORY}/code-scanning/sarifs" \
  --raw-field "commit_sha=${GITHUB_SHA}" --raw-field "ref=${GITHUB_REF}" --field "sarif=@${RUNNER_TEMP}/findings.gz"
