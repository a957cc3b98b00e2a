//! What the types read where several forms may stand, and what they refuse.

use super::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|e| e.to_string())
}

fn refused<T: DeserializeOwned + std::fmt::Debug>(value: Value) -> String {
    read::<T>(value.clone()).expect_err(&value.to_string())
}

#[test]
fn a_switch_is_off_on_or_set() {
    assert_eq!(read::<Switch<Ssh>>(json!(false)), Ok(Switch::Off));
    assert_eq!(read::<Switch<Ssh>>(json!(true)), Ok(Switch::with_defaults()));
    assert_eq!(read::<Switch<Ssh>>(json!({})), Ok(Switch::with_defaults()));
    let set: Switch<Ssh> = read(json!({"port": 2222})).expect("a map is on");
    assert_eq!(set.on().map(|ssh| ssh.port.get()), Some(2222));
    assert!(refused::<Switch<Ssh>>(json!("strict")).contains("true, false or a map"));
    assert_eq!(serde_json::to_value(Switch::<Ssh>::Off).ok(), Some(json!(false)));
    assert_eq!(
        read::<Switch<Auth>>(json!({"basic": {"secret": "x"}})).map(|auth| auth.is_on()),
        Ok(true)
    );
}

#[test]
fn the_environment_takes_scalars_and_secrets() {
    for value in [
        json!("text"),
        json!(2),
        json!(-2),
        json!(0.5),
        json!(true),
        json!({"secret": "s3.key", "as": "file"}),
    ] {
        assert!(read::<EnvValue>(value.clone()).is_ok(), "{value}");
    }
    assert!(refused::<EnvValue>(json!("a\nb")).contains("line break"));
    assert!(refused::<EnvValue>(json!("{{secret:x:raw}}")).contains("reserved"));
    assert!(refused::<EnvValue>(json!(["a"])).contains("{secret: name}"));
}

#[test]
fn settings_nest_and_hold_lines() {
    let setting = json!({"a": [1, "x", {"b": true}], "c": 1.1});
    let read_back =
        read::<values::Setting>(setting.clone()).and_then(|s| serde_json::to_value(s).map_err(|e| e.to_string()));
    assert_eq!(read_back, Ok(setting));
    assert!(refused::<values::Setting>(json!({"a": ["x\ny"]})).contains("line break"));
    assert!(refused::<values::Setting>(json!({"a b": 1})).contains("name of a setting"));
    assert!(read::<values::Setting>(Value::Null).is_err());
}

#[test]
fn a_json_answer_holds_anything_but_placeholders() {
    assert!(read::<values::Json>(json!({"a": [null, "x\ny"]})).is_ok());
    assert!(refused::<values::Json>(json!({"a": ["{{secret:x:raw}}"]})).contains("reserved"));
    assert!(refused::<values::Json>(json!({"a\n": 1})).contains("line break"));
}

#[test]
fn a_path_has_one_answer() {
    let path: Path = read(json!({"redirect": "/new/", "status": 308})).expect("a redirect");
    assert!(matches!(path.answer, Answer::Redirect(_)) && path.status == Some(308));
    assert!(read::<Path>(json!({"rate": "10r/s"})).is_err());
    assert!(refused::<Path>(json!({"to": "web", "rate": "10"})).contains("10r/s"));
}

#[test]
fn an_issuer_is_named_or_addressed() {
    assert_eq!(read(json!("internal")), Ok(Issuer::Internal));
    let own: Issuer = read(json!({"acme": "https://acme.example/directory"})).expect("an address");
    assert!(matches!(own, Issuer::Acme(_)));
    assert!(refused::<Issuer>(json!("letsencript")).contains("letsencrypt-staging"));
}

#[test]
fn a_header_is_set_or_left_out() {
    assert_eq!(read(json!(false)), Ok(HeaderValue::Off));
    assert!(refused::<HeaderValue>(json!(true)).contains("no value of a header"));
    let headers: SecurityHeaders = read(json!({"permissions_policy": false, "X-Served-By": "acme"})).expect("headers");
    assert_eq!(headers.permissions_policy, Some(HeaderValue::Off));
    assert_eq!(
        headers.other.keys().map(|name| name.as_str()).collect::<Vec<_>>(),
        ["X-Served-By"]
    );
    assert!(refused::<SecurityHeaders>(json!({"content_security_polic": "x"})).contains("with dashes"));
}

#[test]
fn planned_parts_are_seen() {
    assert!(!read::<Planned>(json!(false)).expect("anything").is_asked_for());
    assert!(read::<Planned>(json!({"on": "vps"})).expect("anything").is_asked_for());
}

#[test]
fn kinds_read_their_own_sections() {
    let common = |service: &Service| {
        service
            .common()
            .on
            .iter()
            .map(|host| host.to_string())
            .collect::<Vec<_>>()
    };
    let app: Service = read(json!({"kind": "app", "on": ["vps"], "command": ["bin/x"]})).expect("an app");
    assert_eq!((app.kind(), common(&app)), (Kind::App, vec!["vps".to_owned()]));
    let smtp: Service = read(json!({"kind": "smtp", "external": {"host": "smtp.example.net"}})).expect("a mail server");
    assert_eq!(smtp.kind().to_string(), "smtp");
    assert!(refused::<Service>(json!({"kind": "mysql"})).contains("mysql"));
    assert!(refused::<Service>(json!({})).contains("kind"));
}
