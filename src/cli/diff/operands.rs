//! Which of the arguments is the manifest, and which are environments.

use camino::{Utf8Path, Utf8PathBuf};

use super::super::output::Failure;
use super::Arguments;

/// What is compared.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Operands {
    /// What compiling gives with the bundle that there is.
    Bundle(Option<Utf8PathBuf>),
    /// Two environments with one another.
    Environments {
        manifest: Option<Utf8PathBuf>,
        from: String,
        to: String,
    },
}

impl Operands {
    pub(super) fn read(arguments: &Arguments) -> Result<Self, Failure> {
        let refuse = |message: String| Err(Failure::Message(message));
        let operands = Self::of(&arguments.operands)?;
        match &operands {
            Self::Bundle(_) if arguments.files || arguments.text => refuse(
                "--files and --text are about two environments, as in `sitewright diff staging production --files`"
                    .into(),
            ),
            Self::Environments { from, to, .. } if from == to => {
                refuse(format!("`{from}` does not differ from itself; name two environments"))
            }
            Self::Environments { from, to, .. }
                if arguments.against.is_some() || !arguments.environments.is_empty() =>
            {
                refuse(format!(
                    "`{from} {to}` compares two environments of the manifest; --against and --env are about its bundle"
                ))
            }
            _ => Ok(operands),
        }
    }

    fn of(operands: &[String]) -> Result<Self, Failure> {
        let refuse = |message: String| Err(Failure::Message(message));
        match operands {
            [] => Ok(Self::Bundle(None)),
            [one] if is_file(one) => Ok(Self::Bundle(Some(one.into()))),
            [one] => refuse(format!(
                "there is no manifest `{one}`; to compare environment `{one}` with another, name both, as in `sitewright diff \
                 {one} OTHER`, and to see what compiling changes in it, `sitewright diff --env {one}`"
            )),
            [first, second] if is_file(first) => refuse(format!(
                "`{second}` is compared with which environment? Name two, as in `sitewright diff {first} {second} OTHER`"
            )),
            [from, to] => Ok(Self::Environments {
                manifest: None,
                from: from.clone(),
                to: to.clone(),
            }),
            [manifest, from, to, ..] => Ok(Self::Environments {
                manifest: Some(manifest.into()),
                from: from.clone(),
                to: to.clone(),
            }),
        }
    }
}

/// By its looks too, so that a mistyped path is told as one. No environment's name has a dot or a slash.
fn is_file(operand: &str) -> bool {
    operand.contains(['.', '/']) || Utf8Path::new(operand).is_file()
}
