use super::*;
use crate::site::{
    ConfigFile, ContainerNetwork, EnvironmentFile, Healthcheck, PortBinding, Protocol, Registry, Text, Variable,
    fixture,
};

fn host() -> Host {
    let mut host = fixture::host("vps");
    let mut cache = fixture::container("cache");
    cache.image = "redis:7".into();
    cache.user = Some("999:999".into());
    cache.memory = Some(512 << 20);
    cache.mounts = vec![
        Mount::Volume {
            name: "cache-data".into(),
            target: "/data".into(),
        },
        Mount::Bind {
            source: "/etc/acme/redis/cache/users.acl".into(),
            target: "/usr/local/etc/redis/users.acl".into(),
            read_only: true,
        },
    ];
    cache.ports = vec![PortBinding {
        address: "127.0.0.1".into(),
        host: 6379,
        container: 6379,
        protocol: Protocol::Tcp,
    }];
    cache.networks = vec!["edge".into(), "data".into()];
    cache.secrets = vec![("password".into(), "cache_app".into())];
    cache.healthcheck = Some(Healthcheck {
        command: vec![
            "sh".into(),
            "-c".into(),
            "REDISCLI_AUTH=$(cat /run/secrets/password) redis-cli ping | grep PONG".into(),
        ],
        interval: 10,
        timeout: 5,
        start_period: 30,
        retries: 3,
    });
    let mut api = fixture::container("api");
    api.depends_on = vec![("cache".into(), true), ("gone".into(), true)];
    api.networks = vec!["data".into()];
    api.memory = Some(1 << 30);
    api.cpus = Some(0.5);
    api.environment = vec![
        ("NODE_ENV".into(), "production".into()),
        ("ODD".into(), "$HOME yes: #\"'".into()),
    ];
    api.environment_file = Some(EnvironmentFile {
        path: "/etc/acme/env/api.env".into(),
        variables: vec![Variable {
            name: "SESSION_KEY".into(),
            value: Text::secret("session_key"),
            origin: fixture::at("/services/api/env"),
        }],
    });
    host.containers = vec![cache, api];
    host.container_networks = vec![
        ContainerNetwork {
            name: "data".into(),
            internal: true,
            subnet: "172.30.1.0/24".into(),
        },
        ContainerNetwork {
            name: "edge".into(),
            internal: false,
            subnet: "172.30.2.0/24".into(),
        },
    ];
    host.files = vec![ConfigFile {
        path: "/etc/acme/redis/cache/users.acl".into(),
        origins: Vec::new(),
        owner: "root".into(),
        group: "root".into(),
        mode: 0o444,
        content: "user app on #{{secret:cache_backup:sha256}}\n".into(),
        lines: Vec::new(),
        set: "redis",
        actions: vec!["compose".into()],
        verbatim: false,
    }];
    host
}

fn file(host: &Host) -> serde_yaml::Value {
    let emission = emit(&fixture::site(), host);
    let artifact = emission
        .artifacts
        .iter()
        .find(|artifact| artifact.path == "/etc/acme/compose/compose.yaml")
        .unwrap();
    assert_eq!(artifact.mode, 0o600);
    serde_yaml::from_str(&artifact.content).unwrap()
}

#[test]
fn a_container_is_closed_and_limited() {
    let file = file(&host());
    assert_eq!(file["name"], "acme");
    assert!(file.get("version").is_none());
    let cache = &file["services"]["cache"];
    assert_eq!(cache["cap_drop"][0], "ALL");
    assert_eq!(cache["security_opt"][0], "no-new-privileges:true");
    assert_eq!(cache["read_only"], true);
    assert_eq!(cache["deploy"]["resources"]["limits"]["memory"], "512m");
    assert_eq!(cache["deploy"]["resources"]["limits"]["cpus"], "4");
    assert_eq!(file["services"]["api"]["deploy"]["resources"]["limits"]["cpus"], "0.5");
    assert_eq!(cache["ports"][0]["host_ip"], "127.0.0.1");
    assert_eq!(cache["volumes"][1]["source"], "../redis/cache/users.acl");
    assert_eq!(cache["logging"]["options"]["max-size"], "10m");
    assert_eq!(
        file["services"]["api"]["depends_on"]["cache"]["condition"],
        "service_healthy"
    );
    assert!(file["services"]["api"]["depends_on"].get("gone").is_none());
    assert_eq!(file["networks"]["data"]["internal"], true);
    assert_eq!(file["networks"]["edge"]["ipam"]["config"][0]["subnet"], "172.30.2.0/24");
    assert!(file["volumes"].get("cache-data").is_some());
}

#[test]
fn dollars_are_literal() {
    let file = file(&host());
    assert_eq!(file["services"]["api"]["environment"]["ODD"], "$$HOME yes: #\"'");
    assert!(
        file["services"]["cache"]["healthcheck"]["test"][3]
            .as_str()
            .unwrap()
            .starts_with("REDISCLI_AUTH=$$(cat")
    );
}

#[test]
fn an_image_that_is_deployed_stands_in_for_the_bundles() {
    let mut host = host();
    host.containers[1].image_variable = Some("API_IMAGE_1".into());
    assert_eq!(file(&host)["services"]["api"]["image"], "${API_IMAGE_1:-api:1}");
    assert_eq!(file(&host)["services"]["cache"]["image"], "redis:7");
    let emission = emit(&fixture::site(), &host);
    let run = emission
        .actions
        .iter()
        .find(|action| action.name == NAME)
        .unwrap()
        .run
        .clone()
        .unwrap();
    let steps: Vec<&str> = run.split(" && ").collect();
    assert!(
        steps[0].ends_with("--wait cache") && steps[1].ends_with("acme-deploy --renew"),
        "{run}"
    );
    assert!(steps[2].ends_with("--wait --remove-orphans"), "{run}");
    // What was set raw is not ours to change.
    host.containers[1].settings.insert("image".into(), "own:2".into());
    assert_eq!(file(&host)["services"]["api"]["image"], "own:2");
}

#[test]
fn secrets_are_files_in_a_folder_of_root() {
    let emission = emit(&fixture::site(), &host());
    let secret = emission
        .artifacts
        .iter()
        .find(|artifact| artifact.path == "/etc/acme/compose/secrets/cache_app")
        .unwrap();
    assert_eq!(
        (secret.mode, secret.content.as_str()),
        (0o444, "{{secret:cache_app:pem}}")
    );
    let folder = &emission.directories[0];
    assert_eq!(
        (folder.path.as_str(), folder.mode),
        ("/etc/acme/compose/secrets", 0o700)
    );
    let environment = emission
        .artifacts
        .iter()
        .find(|artifact| artifact.path == "/etc/acme/env/api.env")
        .unwrap();
    assert_eq!((environment.mode, environment.actions[0].as_str()), (0o600, "compose"));
}

#[test]
fn what_a_container_reads_is_in_its_labels() {
    let mut host = host();
    let before = file(&host)["services"]["cache"]["labels"].clone();
    assert_eq!(before["acme.secret.cache_app"], "{{secret:cache_app:sha256}}");
    assert_eq!(before["acme.secret.cache_backup"], "{{secret:cache_backup:sha256}}");
    host.files[0].content.push_str("user backup on\n");
    let after = &file(&host)["services"]["cache"]["labels"];
    assert_ne!(before["acme.files"], after["acme.files"]);
    let Mount::Bind { source, .. } = &mut host.containers[0].mounts[1] else {
        panic!("a file is mounted")
    };
    "/etc/acme/redis/cache".clone_into(source);
    let labelled = |host: &Host| !file(host)["services"]["cache"]["labels"]["acme.files"].is_null();
    host.files[0].actions = vec!["reload".into()];
    assert!(!labelled(&host));
    host.files[0].actions = vec!["compose".into()];
    assert!(labelled(&host));
}

#[test]
fn raw_settings_replace_keys_and_stay_in_order() {
    let mut host = host();
    let settings = serde_json::json!({"read_only": false, "ulimits": {"nofile": 65536}, "container_name": "c$x"});
    host.containers[0].settings = settings.as_object().unwrap().clone();
    let file = file(&host);
    let cache = &file["services"]["cache"];
    assert_eq!(cache["read_only"], false);
    assert_eq!(cache["container_name"], "c$$x");
    let keys: Vec<&str> = cache
        .as_mapping()
        .unwrap()
        .keys()
        .filter_map(|key| key.as_str())
        .collect();
    assert_eq!(keys[..2], ["image", "container_name"]);
    assert_eq!(keys.last(), Some(&"ulimits"));
}

#[test]
fn the_engine_comes_before_the_containers() {
    let mut host = host();
    host.registries = vec![Registry {
        host: "ghcr.io".into(),
        origin: fixture::at("/registries/ghcr.io"),
        user: "bot".into(),
        password: "ghcr".into(),
    }];
    let emission = emit(&fixture::site(), &host);
    let order = |name: &str| {
        emission
            .actions
            .iter()
            .find(|action| action.name == name)
            .unwrap()
            .order
    };
    let engine = emission
        .enabled
        .iter()
        .find(|unit| unit.name == "docker.service")
        .unwrap()
        .order;
    assert!(
        order("docker") < engine && engine < order("registry-ghcr.io") && order("registry-ghcr.io") < order("compose")
    );
    let login = emission
        .actions
        .iter()
        .find(|action| action.name == "registry-ghcr.io")
        .unwrap();
    assert_eq!(
        login.run.as_deref(),
        Some("docker login --username bot --password-stdin ghcr.io </etc/acme/compose/registries/ghcr.io")
    );
}

#[test]
fn a_host_without_containers_gets_nothing() {
    assert!(emit(&fixture::site(), &fixture::host("vps")).artifacts.is_empty());
}
