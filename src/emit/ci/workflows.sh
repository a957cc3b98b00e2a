# The forge reads them at the root of the repository alone.
status=0
for file in "out/${FOLDER}"/workflows/*; do
  cmp "${file}" "${GITHUB_WORKSPACE}/${FOLDER}/workflows/${file##*/}" || status=1
done
((status == 0)) || echo "::error::copy the bundle's workflows to the repository's root: cp -r out/${FOLDER} ."
exit "${status}"
