# 1 says that something differs, or that the manifest has errors; a comment holds 65,536 characters.
status=0
sitewright diff "${MANIFEST}" --against "${BASE}" --format markdown --limit 60000 >"${RUNNER_TEMP}/difference" || status=$?
((status < 2))
printf '<!-- sitewright -->\n' >"${RUNNER_TEMP}/comment"
if [[ -s ${RUNNER_TEMP}/difference ]]; then
  cat "${RUNNER_TEMP}/difference" >>"${RUNNER_TEMP}/comment"
else
  echo "The manifest has errors: the check says which." >>"${RUNNER_TEMP}/comment"
fi
cat "${RUNNER_TEMP}/comment" >>"${GITHUB_STEP_SUMMARY}"
