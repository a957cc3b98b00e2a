#!/usr/bin/env bash
# The cases, one function each; inside.sh has the words that they are written in.

# Every encoding of a secret with all that can break out of a syntax, against what the target must read.
case_secrets() {
  bundle /tmp/b
  local hostile=$'a"b\'c`d$e\\f&g/h{{secret:x:raw}}%é'
  provide hostile "${hostile}"
  provide plain "it's"
  provide text $'tab\there "q" \\ \x01\nline two\n'
  provide pem $'-----BEGIN X-----\nAB&\\1==\n-----END X-----\n'
  for name in hostile plain text pem; do record secret "${name}" provided hint; done
  record secret made generate length=64,charset=url-safe
  record secret laravel generate length=32,encoding=base64,prefix=base64:
  record secret signer generate keypair=ed25519
  record secret old generate keypair=rsa-2048
  record unit nothing.service 1
  for name in raw url env ini conf sha256; do
    file "/etc/mini/${name}" root:root 0600 config fill s - <<<"<{{secret:hostile:${name}}}>{{secret:hostile:${name}}}"
  done
  file /etc/mini/sql root:root 0600 config fill s - <<<"'{{secret:plain:sql}}'"
  file /etc/mini/json root:root 0600 config fill s - <<<'"{{secret:text:json}}"'
  file /etc/mini/pem root:root 0600 config fill s - <<<'{{secret:pem:pem}}'
  file /etc/mini/key root:root 0600 config fill s - <<<'{{secret:signer:pem}}'
  file /etc/mini/made root:root 0600 config fill s - <<<'{{secret:made:raw}} {{secret:laravel:raw}}'
  printf 'no line end {{secret:plain:raw}}' >/tmp/t
  file /etc/mini/bare root:root 0640 config fill s - </tmp/t
  run 0 --apply
  twice() { [[ $(<"/etc/mini/$1") == "<$2>$2" ]] || { printf '%s: %s\n' "$1" "$(<"/etc/mini/$1")" >&2 && return 1; }; }
  twice raw "${hostile}"
  twice url "a%22b%27c%60d%24e%5Cf%26g%2Fh%7B%7Bsecret%3Ax%3Araw%7D%7D%25%C3%A9"
  # As systemd and compose read it; to compose the backslash before a backquote would be one.
  twice env $'a\\"b\'c`d\\$e\\\\f&g/h{{secret:x:raw}}%é'
  twice ini $'a\\"b\'c`d$e\\\\f&g/h{{secret:x:raw}}%é'
  twice conf $'a\\"b\'c`d$e\\\\f&g/h{{secret:x:raw}}%é'
  twice sha256 "$(printf '%s' "${hostile}" | sha256sum | cut -c 1-64)"
  [[ $(</etc/mini/sql) == "'it''s'" ]]
  [[ $(</etc/mini/json) == '"tab\u0009here \"q\" \\ \u0001\u000aline two"' ]]
  [[ $(</etc/mini/pem) == $'-----BEGIN X-----\nAB&\\1==\n-----END X-----' ]]
  [[ $(</etc/mini/bare) == "no line end it's" && $(stat -c %s /etc/mini/bare) == 16 && $(stat -c %a /etc/mini/bare) == 640 ]]
  [[ $(</etc/mini/made) =~ ^[A-Za-z0-9][A-Za-z0-9_-]{63}\ base64:[A-Za-z0-9+/]{43}=$ ]]
  openssl pkey -in /etc/mini/key -noout
  openssl rsa -in /etc/mini/secrets/old -check -noout >/dev/null 2>&1
  openssl pkey -pubin -in /etc/mini/secrets/signer.pub -noout
  [[ $(stat -c '%a %U' /etc/mini/secrets) == '700 root' && -z $(find /etc/mini/secrets -type f ! -perm 600) ]]
  # what cannot be written safely is refused, and every one of them in one go
  bundle /tmp/b
  for name in hostile text; do record secret "${name}" provided hint; done
  file /etc/mini/raw root:root 0600 config fill s - <<<'{{secret:text:raw}}'
  file /etc/mini/ini root:root 0600 config fill s - <<<'"{{secret:text:ini}}"'
  file /etc/mini/sql root:root 0600 config fill s - <<<"'{{secret:hostile:sql}}'"
  run 2 --apply
  says 'text has several lines, and /etc/mini/raw'
  says 'text has several lines, and /etc/mini/ini'
  says 'hostile has a backslash'
}

# No secret in what is shown, whether ours, one of before, or one that somebody wrote into the file by hand.
case_generated() {
  bundle /tmp/b
  local -A wants=(
    [plain]='length=40,charset=url-safe ^[A-Za-z0-9][A-Za-z0-9_-]{39}$'
    [letters]='length=40,charset=alphanumeric ^[A-Za-z0-9]{40}$'
    [digits]='length=300,charset=digits ^[0-9]{300}$'
    [hex]='length=64,encoding=hex ^[0-9a-f]{128}$'
    [base64]='length=32,encoding=base64,prefix=base64: ^base64:[A-Za-z0-9+/]{43}=$'
    [prefixed]='length=16,charset=digits,prefix=a,b= ^a,b=[0-9]{16}$'
    [rsa]='keypair=rsa-4096 PRIVATE'
    [ed]='keypair=ed25519 PRIVATE'
    [ssh]='keypair=ssh-ed25519 OPENSSH'
  )
  local name value
  for name in "${!wants[@]}"; do record secret "${name}" generate "${wants[${name}]% *}"; done
  run 0 --apply
  for name in "${!wants[@]}"; do
    value=$(<"/etc/mini/secrets/${name}")
    [[ ${value} =~ ${wants[${name}]##* } ]] || { printf '%s: %s\n' "${name}" "${value}" >&2 && return 1; }
  done
  [[ $(openssl pkey -in /etc/mini/secrets/rsa -noout -text) == *'(4096 bit'* ]]
  [[ $(</etc/mini/secrets/ssh.pub) == ssh-ed25519\ AAAA*\ mini@one ]]
  says "$(</etc/mini/secrets/ssh.pub)"
  [[ $(ssh-keygen -y -f /etc/mini/secrets/ssh) == "$(cut -d ' ' -f 1,2 /etc/mini/secrets/ssh.pub)"* ]]
}

case_masking() {
  provide hook 'old-hook-value-1'
  web hello
  run 0 --apply
  says_not old-hook-value
  says_not "$(</etc/mini/secrets/token)"
  provide hook 'new-hook-value-2'
  web goodbye
  run 0
  says '-GREETING="hello"'
  says '+HOOK="<secret hook>"'
  says '-HOOK=<not shown'
  printf 'OTHER="by hand 3"\n' >>/etc/mini/app.env
  run 1 --apply
  says '+<not shown'
  says_not 'by hand 3'
  says_not hook-value
  says_not "$(</etc/mini/secrets/token)"
  # a tool that prints its input does not give it away either
  sed -i 's/^action\tapp.*/action\tapp\t20\tcat \/etc\/mini\/app.env; false\t-/' "$B/plan.tsv"
  run 1 --apply --force
  says 'check app'
  says '<secret hook>'
  says_not hook-value
  says_not "$(</etc/mini/secrets/token)"
}

case_preflight() {
  web hello
  sed -i 's/^os.*/os\tdebian-99/' "$B/plan.tsv"
  printf 'x' >>"$B/rootfs/etc/nginx/nginx.conf"
  rm "$B/rootfs/etc/sysusers.d/mini.conf"
  printf 'x' >"$B/rootfs/etc/extra"
  mkdir -p /etc/mini/app.env
  record secret another provided "from the shop"
  perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1:18080") or die; sleep 60' &
  local stranger=$!
  record port tcp "*" 18080
  record port tcp 192.0.2.1 18080
  touch -d '+3 days' "$B/plan.tsv"
  until ss -Hltn 'sport = :18080' | grep -q 18080; do /usr/bin/sleep 0.1; done
  local before after
  before=$(picture)
  run 2 --apply
  kill "${stranger}"
  for text in '9 problem(s)' 'the clock is wrong' 'port 18080/tcp is held by perl' debian-99 'rootfs/etc/nginx/nginx.conf is not what was compiled' 'sysusers.d/mini.conf is missing' \
    'rootfs/etc/extra is not in plan.tsv' '/etc/mini/app.env is a directory' "hook is missing (the chat's webhook)" \
    'put it into /etc/mini/secrets/another'; do says "${text}"; done
  after=$(picture | grep -v /var/lib/sitewright)
  [[ ${before} == "${after}" ]]
  run 2 --nonsense
  run 1 --check
  says 'nothing was applied'
}

case_dry_run_touches_nothing() {
  web hello
  local before
  before=$(picture)
  run 0
  says 'secret hook'
  says '+GREETING="hello"'
  says 'generate'
  [[ ${before} == "$(picture)" ]]
  [[ ! -s ${CALLS} ]]
}

case_unchanged() {
  provide hook value
  web hello
  run 0 --apply
  says 'applied'
  called daemon-reload
  called 'enable nginx.service'
  [[ $(stat -c '%U %a' /etc/mini/app.env) == 'mini-app 600' ]]
  [[ $(stat -c '%U' /var/lib/mini) == mini-app ]]
  local before
  before=$(picture)
  run 0 --apply
  says unchanged
  [[ ! -s ${CALLS} ]]
  run 0
  says unchanged
  diff <(echo "${before}") <(picture)
  run 0 --check
  [[ ${before} == "$(picture)" ]]
  # a mode, a missing file and a stopped unit are mended without being asked
  chmod 644 /etc/mini/app.env
  rm /etc/nginx/mini/site.conf /run/stand-in/active/mini-app.service
  : >/etc/nginx/mini/stranger.conf
  run 1 --check
  says 'not ours   /etc/nginx/mini/stranger.conf'
  says 'mode       /etc/mini/app.env'
  says 'missing    /etc/nginx/mini/site.conf'
  says 'stopped    mini-app.service'
  rm /etc/nginx/mini/stranger.conf
  run 0 --apply
  called 'try-reload-or-restart nginx'
  run 0 --check
}

case_broken_configuration() {
  provide hook value
  web hello
  run 0 --apply
  local before
  before=$(contents)
  web goodbye 'nonsense on;'
  run 1 --apply
  says 'unknown directive "nonsense"'
  says 'did not go live'
  called_not nginx
  called_not daemon-reload
  [[ ${before} == "$(contents)" ]]
  run 0 --check
}

case_unhealthy() {
  provide hook value
  web hello
  run 0 --apply
  local before
  before=$(contents)
  web goodbye
  sed -i 's/^health.*/health\techo it is ill; false\t2/' "$B/plan.tsv"
  file /etc/mini/added root:root 0644 config - app - <<<new
  record unit extra.service 30
  run 1 --apply
  says 'it is ill'
  says 'going back to generation 1'
  says 'as it was before'
  called 'disable extra.service'
  [[ $(grep -c 'try-restart mini-app' "${CALLS}") == 2 ]]
  [[ ${before} == "$(contents)" ]]
  run 0 --check
  : >/run/stand-in/broken/extra.service
  sed -i 's/^health.*/health\ttrue\t2/' "$B/plan.tsv"
  run 1 --apply
  says 'extra.service'
  [[ ${before} == "$(contents)" ]]
  rm /run/stand-in/broken/extra.service
  : >/run/stand-in/flapping/extra.service
  run 1 --apply
  says 'extra.service is active after'
  [[ ${before} == "$(contents)" ]]
  rm /run/stand-in/flapping/extra.service
  run 0 --apply
  [[ -f /etc/mini/added ]]
}

case_first_apply_fails() {
  provide hook value
  local before
  before=$(contents)
  web hello 'nonsense on;'
  run 1 --apply
  diff <(echo "${before}") <(contents)
  : >/run/stand-in/broken/mini-app.service
  web hello
  run 1 --apply
  says 'nothing to return to'
  [[ -f /etc/mini/app.env ]]
  run 1 --check
  rm /run/stand-in/broken/mini-app.service
  run 0 --apply
  called 'try-reload-or-restart nginx'
  run 0 --check
}

case_hand_edit() {
  provide hook value
  web hello
  run 0 --apply
  printf '# by hand\n' >>/etc/nginx/mini/site.conf
  web goodbye
  local before
  before=$(contents)
  run 1 --check
  says 'edited     /etc/nginx/mini/site.conf'
  run 1 --apply
  says '+# by hand'
  says '--force'
  [[ ${before} == "$(contents)" ]]
  [[ ! -s ${CALLS} ]]
  sed -i 's/^health.*/health\tfalse\t1/' "$B/plan.tsv"
  run 1 --apply --force
  [[ ${before} == "$(contents)" ]] # taken back: the edit too
  sed -i 's/^health.*/health\ttrue\t1/' "$B/plan.tsv"
  run 0 --apply --force
  says kept
  grep -q 'by hand' "${STATE}"/edited/*/etc/nginx/mini/site.conf
  grep -q goodbye /etc/nginx/mini/site.conf
  printf '# by hand\n' >>/usr/local/sbin/mini-tool
  web goodbye
  sed -i '/mini-tool/d; /^health/d' "$B/plan.tsv"
  rm "$B/rootfs/usr/local/sbin/mini-tool" # no longer ours
  sed -i 's/test -x [^&]*&& //' "$B/plan.tsv"
  run 1 --apply
  says mini-tool
  run 0 --apply --force
  [[ ! -e /usr/local/sbin/mini-tool ]]
}

case_rollback() {
  provide hook value
  web hello
  run 0 --apply
  local hello goodbye
  hello=$(contents)
  web goodbye
  run 0 --apply
  goodbye=$(contents)
  run 0 --list
  says 'current    generation 2 of '
  says 'kept       generation 1 of '
  run 0 --rollback
  says 'to generation 1'
  called 'try-reload-or-restart nginx'
  called 'try-restart mini-app'
  [[ ${hello} == "$(contents)" ]]
  run 0 --check
  run 0 --list
  says 'current    generation 3 of '
  run 0 --rollback
  [[ ${goodbye} == "$(contents)" ]] # there and back again
  run 0 --rollback 1
  [[ ${hello} == "$(contents)" ]]
  run 0 --rollback 1
  says unchanged
  run 2 --rollback 77
  says 'no generation 77'
  # One that fails is taken back like an apply, and one over a hand edit is refused like it.
  : >/run/stand-in/broken/mini-app.service
  rm /run/stand-in/active/mini-app.service
  run 1 --rollback 2
  rm /run/stand-in/broken/mini-app.service
  [[ ${hello} == "$(contents)" ]]
  printf '# by hand\n' >>/etc/nginx/mini/site.conf
  run 1 --rollback 2
  says '+# by hand'
  run 0 --rollback 2 --force
  [[ ${goodbye} == "$(contents)" ]]
  run 0 --apply
  says unchanged
}

# A secret that changed comes into what is installed, and no way back brings the old one again.
case_refill() {
  provide hook 'the first hook'
  web hello
  run 0 --apply
  web goodbye
  run 0 --apply
  B=${STATE}/generations/2
  run 0 --refill
  says unchanged
  provide hook 'the second hook'
  run 0 --refill
  says 'changed    /etc/mini/app.env'
  called 'try-restart mini-app'
  called_not nginx
  grep -q 'HOOK="the second hook"' /etc/mini/app.env
  grep -q 'GREETING="goodbye"' /etc/mini/app.env
  grep -rl 'the first hook' /etc "${STATE}" >/tmp/left || true
  [[ ! -s /tmp/left ]]
  [[ $(<"${STATE}/current") == 3 && ! -e ${STATE}/generations/2 ]]
  # What does not come in takes nothing along.
  B=${STATE}/generations/3
  provide hook 'the third hook'
  : >/run/stand-in/broken/mini-app.service
  run 1 --refill
  rm /run/stand-in/broken/mini-app.service
  grep -q 'the second hook' /etc/mini/app.env
  run 0 --refill
  grep -q 'the third hook' /etc/mini/app.env
  B=${STATE}/generations/$(<"${STATE}/current")
  run 0 --rollback
  says 'to generation 1'
  grep -q 'GREETING="hello"' /etc/mini/app.env
  grep -q 'the third hook' /etc/mini/app.env
  run 0 --check
  says 'no drift'
}

case_json() {
  provide hook value
  web hello
  local mode
  for mode in --dry-run --apply --check --list; do
    run 0 "${mode}" --json
    jq -e 'select(.event == "" or .text == null) | halt_error' /tmp/out >/dev/null || [[ $? == 4 ]]
    [[ $(jq -s length /tmp/out) == $(wc -l </tmp/out) ]]
  done
  printf '# "by hand"\t\\n' >>/etc/nginx/mini/site.conf
  run 1 --check --json
  [[ $(jq -r 'select(.event == "edited").text' /tmp/out) == '/etc/nginx/mini/site.conf (root:root 644)' ]]
  web goodbye
  run 1 --apply --json
  [[ $(jq -r 'select(.event == "diff").text' /tmp/out) == *'+# "by hand"'$'\t'* ]]
}

case_removed() {
  provide hook value
  local original
  original=$(sha256sum </etc/nginx/nginx.conf)
  web hello
  file /etc/mini/deep/down/x root:root 0644 config - deep nginx <<<x
  run 0 --apply
  says 'kept       /etc/nginx/nginx.conf'
  [[ ${original} == "$(sha256sum <"${STATE}/generations/0/files/etc/nginx/nginx.conf")" && -f /etc/mini/deep/down/x ]]
  bundle /tmp/b
  file /etc/mini/only root:root 0644 config - app - <<<x
  record action nginx 1 'nginx -t' 'systemctl try-reload-or-restart nginx.service'
  run 0 --apply
  called 'disable mini-app.service'
  called daemon-reload
  called 'try-reload-or-restart nginx'
  [[ ! -e /etc/mini/app.env && ! -e /etc/mini/deep && ! -e /etc/systemd/system/mini-app.service && -d /etc/nginx ]]
  [[ ${original} == "$(sha256sum </etc/nginx/nginx.conf)" ]]
  run 0 --check
}

case_only() {
  provide hook value
  web hello
  run 2 --apply --only nginx
  says 'applied once'
  run 0 --apply
  web goodbye
  sed -i 's/^health.*/health\ttrue\t1/' "$B/plan.tsv"
  run 2 --apply --only nonsense
  run 0 --apply --only nginx
  grep -q goodbye /etc/nginx/mini/site.conf
  grep -q hello /etc/mini/app.env
  called_not try-restart
  run 0 --check
  run 0 --apply
  grep -q goodbye /etc/mini/app.env
  called_not try-reload
  run 0 --apply
  says unchanged
}

case_two_at_once() {
  provide hook value
  web hello
  sed -i 's/^health.*/health\t\/usr\/bin\/sleep 4\t9/' "$B/plan.tsv"
  bash "$B/install.sh" --apply >/dev/null 2>&1 </dev/null &
  /usr/bin/sleep 2
  run 2 --apply
  says 'at work'
  run 2 --check
  wait $!
  run 0 --check
}

# The tools that the engine calls are wrapped; it is killed before the Nth call, N = 1, 2, … until a run gets through.
arm_killer() { # BUNDLE
  mkdir -p /run/killer
  for name in mv install rm cp systemctl sync mount mkdir; do install -m 0755 "${HERE}/killer" "/run/killer/${name}"; done
  sed 's#PATH=#PATH=/run/killer:#' "$1/install.sh" >"$1/killed.sh"
}
killed_at() { # BUNDLE STEP: false when the run got through
  printf '%s' "$2" >/run/killer/left
  : >"${CALLS}"
  { bash "$1/killed.sh" --apply >/tmp/killed 2>&1 </dev/null; } 2>/dev/null || [[ $(<"/run/killer/left") == 0 ]]
  [[ $(</run/killer/left) == 0 ]]
}
whole() { # CONTENTS STEP
  diff <(echo "$1") <(contents) || { printf 'killed at step %s\n' "$2" && return 1; }
  [[ -z $(find /etc /usr /var/lib/mini -name '*.sitewright') ]]
  run 0 --check
}

# Killed at each step of an upgrade; then the same bundle again finishes it, and the old one undoes it.
case_killed() {
  provide hook value
  web hello
  run 0 --apply
  local step hello goodbye calls
  hello=$(contents)
  web goodbye
  local two=$B
  run 0 --apply
  goodbye=$(contents)
  web hello
  local one=$B
  run 0 --apply
  arm_killer "${two}"
  for ((step = 1; ; step++)); do
    killed_at "${two}" "${step}" || break
    if ((step % 2)); then
      calls=$(<"${CALLS}")
      B=${two} run 0 --apply
      printf '%s\n' "${calls}" >>"${CALLS}"
      called 'try-restart mini-app'
      called 'try-reload-or-restart nginx'
      whole "${goodbye}" "${step}"
    fi
    B=${one} run 0 --apply
    whole "${hello}" "${step}"
  done
  ((step > 20)) && printf 'killed at %s steps\n' "${step}"
  [[ $(find "${STATE}/generations" -mindepth 1 -maxdepth 1 | wc -l) -le 11 ]]
}

# Killed at each step of an apply that fails and goes back.
case_killed_going_back() {
  provide hook value
  web hello
  local one=$B
  run 0 --apply
  local step hello
  hello=$(contents)
  web goodbye
  sed -i 's/^health.*/health\tfalse\t0/' "$B/plan.tsv"
  local two=$B
  arm_killer "${two}"
  for ((step = 20; ; step++)); do
    killed_at "${two}" "${step}" || break
    B=${one} run 0 --apply
    whole "${hello}" "${step}"
  done
  whole "${hello}" end
  ((step > 30)) && printf 'killed at %s steps\n' "${step}"
}

# Killed in a first apply; then again, or with nothing of ours left by an empty bundle.
case_killed_at_first() {
  provide hook value
  cp -a /etc/nginx/nginx.conf /tmp/original
  web hello
  local one=$B
  run 0 --apply
  local step hello bare
  hello=$(contents)
  bundle /tmp/empty
  run 0 --apply
  bare=$(contents)
  cmp /tmp/original /etc/nginx/nginx.conf
  arm_killer "${one}"
  for ((step = 1; ; step += 3)); do
    rm -rf "${STATE}"
    killed_at "${one}" "${step}" || break
    if ((step % 2)); then
      B=${one} run 0 --apply
      whole "${hello}" "${step}"
    fi
    B=/tmp/empty run 0 --apply
    whole "${bare}" "${step}"
  done
  ((step > 20)) && printf 'killed at %s steps\n' "${step}"
}

# A package with a service, from a repository of the plan's own, and a program: the service waits for its configuration.
case_packages() {
  mkdir -p /tmp/pkg/DEBIAN /tmp/pkg/lib/systemd/system /tmp/pkg/etc /tmp/repo /run/systemd/system
  printf 'Package: mini-daemon\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' >/tmp/pkg/DEBIAN/control
  printf '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' >/tmp/pkg/lib/systemd/system/mini-daemon.service
  printf '/etc/mini-daemon.conf\n' >/tmp/pkg/DEBIAN/conffiles
  printf 'default\n' >/tmp/pkg/etc/mini-daemon.conf
  printf '#!/bin/sh\nsystemctl enable mini-daemon.service\ndeb-systemd-invoke start mini-daemon.service\n' >/tmp/pkg/DEBIAN/postinst
  chmod 0755 /tmp/pkg/DEBIAN/postinst
  dpkg-deb --root-owner-group -b /tmp/pkg /tmp/repo/mini-daemon.deb >/dev/null
  { cat /tmp/pkg/DEBIAN/control && printf 'Filename: ./mini-daemon.deb\nSize: %s\nSHA256: %s\n' "$(stat -c %s /tmp/repo/mini-daemon.deb)" \
    "$(sha256sum </tmp/repo/mini-daemon.deb | cut -c 1-64)"; } >/tmp/repo/Packages
  rm -f /etc/apt/sources.list
  mkdir /tmp/tool
  printf '#!/bin/sh\necho version 1.2.3\n' >/tmp/tool/tool
  tar -C /tmp/tool -czf /tmp/tool.tgz tool
  bundle /tmp/b
  file /etc/apt/sources.list.d/mini.list root:root 0644 repository - apt - <<<'deb [trusted=yes] file:/tmp/repo ./'
  file /etc/mini-daemon.conf root:root 0644 config - daemon - <<<'ours'
  record package mini-daemon
  record program tool /usr/local/bin/tool 1.2.3 file:///tmp/tool.tgz "$(sha256sum </tmp/tool.tgz | cut -c 1-64)" tool --version tool
  record action tool 5 - 'tool >/run/ran'
  run 0 --apply
  [[ $(</etc/mini-daemon.conf) == ours && $(tool) == 'version 1.2.3' && ! -e /usr/sbin/policy-rc.d ]]
  grep -q default "${STATE}/generations/0/files/etc/mini-daemon.conf" # the package's own, kept
  [[ $(<"${CALLS}") == $'enable mini-daemon.service\nstart mini-daemon.service' ]]
  [[ ! -e ${STATE}/held && $(</run/ran) == 'version 1.2.3' ]]
  run 0 --apply
  says unchanged
  # a digest that is not the plan's never goes live
  sed -i 's/1\.2\.3/1.2.4/; s/\(tool.tgz\t\)[0-9a-f]*/\100000000000000000000000000000000000000000000000000000000000000ff/' "$B/plan.tsv"
  run 1 --apply
  says 'digest of the plan'
  [[ $(tool) == 'version 1.2.3' ]]
  sed -i 's/^package.*/package\tno-such-package/' "$B/plan.tsv"
  run 1 --apply
  says 'no-such-package'
  [[ ! -e /usr/sbin/policy-rc.d ]]
}
