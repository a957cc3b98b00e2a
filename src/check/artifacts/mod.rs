//! Files that a program would refuse, or take for something else.

mod body_beyond_cloudflare;
mod broken_pattern;
mod csp_keyword;
mod fixed_container_name;
mod header_ignored;
mod include_context;
mod mounted_twice;
mod path_shadowed;
mod port_in_env;
mod postgres_value;
mod redis_value;
mod setting_replaces;
mod shell_syntax;
mod swarm_key;
mod unit_value;
mod unknown_compose_key;
mod unknown_postgres_setting;
mod unknown_redis_setting;
mod unknown_unit_setting;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[
    body_beyond_cloudflare::RULE,
    broken_pattern::RULE,
    csp_keyword::RULE,
    fixed_container_name::RULE,
    header_ignored::RULE,
    include_context::RULE,
    mounted_twice::RULE,
    path_shadowed::RULE,
    port_in_env::RULE,
    postgres_value::RULE,
    redis_value::RULE,
    setting_replaces::RULE,
    shell_syntax::RULE,
    swarm_key::RULE,
    unit_value::RULE,
    unknown_compose_key::RULE,
    unknown_postgres_setting::RULE,
    unknown_redis_setting::RULE,
    unknown_unit_setting::RULE,
];
