# ---- secrets: never on a command line, never in output ---------------------------------------------------------------
save_secret() { # NAME, the value on stdin
  cat >"${SECRETS_DIR}/.$1.new"
  mv -fT "${SECRETS_DIR}/.$1.new" "${SECRETS_DIR}/$1"
}

make_secrets() {
  local name value
  [[ -d ${SECRETS_DIR} ]] || { install -d -m 0755 "/etc/${SITE}" && install -d -m 0700 "${SECRETS_DIR}"; }
  find "${SECRETS_DIR}" \( -type d ! -perm 700 -exec chmod 700 {} + \) , \( -type f ! -perm 600 -exec chmod 600 {} + \) , \
    ! -uid 0 -exec chown root:root {} +
  for name in "${ASK[@]}"; do
    value=''
    while [[ -z ${value} ]]; do
      read -r -s -p "secret ${name} (${SPEC[${name}]}): " value || die 2 "secret ${name} was not given"
      printf '\n'
    done
    printf '%s' "${value}" | save_secret "${name}"
  done
  for name in "${GENERATE[@]}"; do
    say generate "secret ${name}"
    generate_secret "${name}" "${SPEC[${name}]}"
  done
  for name in "${SECRETS[@]}"; do
    [[ ${KIND[${name}]} != previous || -f ${SECRETS_DIR}/${name} ]] || save_secret "${name}" <"${SECRETS_DIR}/${SPEC[${name}]}"
  done
  # The line end that an editor added: a program that reads the file itself would take it for a part of the secret.
  for name in "${SECRETS[@]}"; do
    value=$(<"${SECRETS_DIR}/${name}")
    [[ ${value} == *$'\n'* ]] || printf '%s' "${value}" | cmp -s - "${SECRETS_DIR}/${name}" \
      || printf '%s' "${value}" | save_secret "${name}"
  done
  ASK=() GENERATE=()
}

generate_secret() { # NAME SPEC
  local length value='' set='A-Za-z0-9_-' new="${SECRETS_DIR}/.$1.new"
  local -a kind=(ED25519)
  length=${2#length=} && length=${length%%,*}
  case $2 in
    keypair=ssh-ed25519)
      command -v ssh-keygen >/dev/null || install_packages openssh-client
      rm -f "${new}" "${new}.pub"
      ssh-keygen -q -t ed25519 -N '' -C "${SITE}@${HOST}" -f "${new}" || fail /dev/null "no key pair for $1"
      mv -fT "${new}.pub" "${SECRETS_DIR}/$1.pub"
      mv -fT "${new}" "${SECRETS_DIR}/$1"
      value=$(<"${SECRETS_DIR}/$1.pub")
      say public "${value}"
      return
      ;;
    keypair=wireguard)
      command -v wg >/dev/null || install_packages wireguard-tools
      wg genkey >"${new}" || fail /dev/null "no key pair for $1"
      wg pubkey <"${new}" >"${SECRETS_DIR}/$1.pub"
      mv -fT "${new}" "${SECRETS_DIR}/$1"
      value=$(<"${SECRETS_DIR}/$1.pub")
      say public "${value} of $1"
      return
      ;;
    keypair=*)
      command -v openssl >/dev/null || install_packages openssl
      [[ $2 != keypair=rsa-* ]] || kind=(RSA -pkeyopt "rsa_keygen_bits:${2##*-}")
      openssl genpkey -algorithm "${kind[@]}" -out "${new}" 2>"${WORK}/log" || fail "${WORK}/log" "no key pair for $1"
      openssl pkey -in "${new}" -pubout -out "${SECRETS_DIR}/$1.pub"
      mv -fT "${new}" "${SECRETS_DIR}/$1"
      say public "${SECRETS_DIR}/$1.pub"
      return
      ;;
    *encoding=base64*) value=$(head -c "${length}" /dev/urandom | base64 -w 0) ;;
    *encoding=hex*) value=$(head -c "${length}" /dev/urandom | od -An -v -tx1 | tr -d ' \n') ;;
    *)
      [[ $2 != *charset=alphanumeric* ]] || set='A-Za-z0-9'
      [[ $2 != *charset=digits* ]] || set='0-9'
      # A letter or digit first: no tool takes it for an option.
      until ((${#value} >= length)) && [[ ${value} == [A-Za-z0-9]* ]]; do
        value=${value#[_-]}$(head -c 256 /dev/urandom | tr -dc "${set}")
      done
      value=${value:0:length}
      ;;
  esac
  [[ $2 != *,prefix=* ]] || value=${2#*,prefix=}${value}
  printf '%s' "${value}" | save_secret "$1"
}

load_secrets() {
  local name
  declare -gA SECRET=()
  for name in "${SECRETS[@]}" "${SECRETS[@]/%/.pub}"; do
    if [[ -f ${SECRETS_DIR}/${name} ]]; then
      SECRET[${name}]=$(<"${SECRETS_DIR}/${name}") # without the line end that an editor adds
    elif [[ ${KIND[${name}]-} == previous && -f ${SECRETS_DIR}/${SPEC[${name}]} ]]; then
      SECRET[${name}]=$(<"${SECRETS_DIR}/${SPEC[${name}]}")
    elif [[ ${name} != *.pub || ${SPEC[${name%.pub}]} == keypair=* ]]; then
      SECRET[${name}]="(not there yet: ${name})" # only a dry run goes on without
    fi
  done
}

# Sets REPLY to a secret as the place that it goes to wants it.
encode_secret() { # NAME ENCODING FILE
  local value=${SECRET[$1]-} i char
  REPLY=''
  if [[ -z ${value} ]]; then
    problem "$3 wants secret $1, which the plan does not name"
    return 0
  fi
  if [[ $2 =~ ^(raw|ini|conf|pgpass)$ && ${value} == *$'\n'* ]]; then problem "secret $1 has several lines, and $3 takes one"; fi
  case $2 in
    raw | pem) REPLY=${value} ;;
    pgpass) REPLY=${value//\\/\\\\} && REPLY=${REPLY//:/\\:} ;;
    ini | conf) REPLY=${value//\\/\\\\} && REPLY=${REPLY//\"/\\\"} ;;
    env) REPLY=${value//\\/\\\\} && REPLY=${REPLY//\"/\\\"} && REPLY=${REPLY//\$/\\\$} ;;
    sha256) REPLY=$(printf '%s' "${value}" | sha256sum) && REPLY=${REPLY%% *} ;;
    sql) # whether a backslash is one depends on the server's settings
      [[ ${value} != *\\* ]] || problem "secret $1 has a backslash, which is not safe in the SQL of $3"
      REPLY=${value//\'/\'\'}
      ;;
    url)
      for ((i = 0; i < ${#value}; i++)); do
        char=${value:i:1}
        [[ ${char} == [A-Za-z0-9._~-] ]] || printf -v char '%%%02X' "$(($(printf '%d' "'${char}") & 255))"
        REPLY+=${char}
      done
      ;;
    json) json_text "${value}" ;;
    *) problem "$3: this engine has no encoding '$2'" ;;
  esac
}

fill_file() { # TEMPLATE TARGET PATH
  local rest out='' token
  IFS= read -r -d '' rest <"$1" || true
  while [[ ${rest} == *'{{secret:'* ]]; do
    out+=${rest%%'{{secret:'*}
    rest=${rest#*'{{secret:'}
    token=${rest%%'}}'*} && rest=${rest#*'}}'}
    encode_secret "${token%:*}" "${token##*:}" "$3"
    out+=${REPLY}
    hide "${REPLY}" "${token%:*}"
    hide "${SECRET[${token%:*}]-}" "${token%:*}"
  done
  printf '%s%s' "${out}" "${rest}" >"$2"
}

# Remembers a text that no output may show, longest first, so that no secret shows the rest of one that begins with it.
hide() { # TEXT NAME
  local line i
  while IFS= read -r line; do
    ((${#line} >= 4)) || continue
    for ((i = 0; i < ${#HIDDEN[@]}; i++)); do ((${#HIDDEN[i]} > ${#line})) || break; done
    [[ ${HIDDEN[i]-} != "${line}" ]] || continue
    HIDDEN=("${HIDDEN[@]:0:i}" "${line}" "${HIDDEN[@]:i}")
    HIDDEN_NAME=("${HIDDEN_NAME[@]:0:i}" "$2" "${HIDDEN_NAME[@]:i}")
  done <<<"$1"
}

redact() { # TEXT -> REPLY
  local i
  REPLY=$1
  for ((i = 0; i < ${#HIDDEN[@]}; i++)); do REPLY=${REPLY//"${HIDDEN[i]}"/"<secret ${HIDDEN_NAME[i]}>"}; done
}
