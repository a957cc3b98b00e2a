//! The typed units of the language: every scalar that means something has a newtype that checks it where it is read.
//!
//! A value prints back exactly one spelling. None of them can hold a control character, so none can end the line,
//! the quoted word or the block that it is later written into; what else a target language needs is its escaper's job.
//!
//! In the schema each carries `x-unit`, the name under which [`units`] lists its checker. The validator
//! runs that checker, so that an editor's pattern, the validator and the deserialiser never disagree.

mod address;
mod bytes;
mod cron;
mod dns;
mod domain;
mod duration;
mod name;
mod number;
mod path;
mod port;
mod program;
mod rate;
mod setting;
mod text;
mod unit;

pub use address::{Address, Cidr, ListenOn, TrustedProxy};
pub use bytes::Bytes;
pub use cron::Schedule;
pub use dns::{CaaData, MxData, NameData, RecordName, SrvData, TxtData};
pub use domain::{Domain, HostName, Registry, ServerName};
pub use duration::Duration;
pub use name::{
    BranchName, DebianPackage, DefaultsKey, EnvName, HeaderName, Name, Place, RedisCommand, RuleName, SecretName,
    SecretPath, SqlName, SqlPattern, Target, UserName,
};
pub use number::{CpuCount, Percent};
pub use path::{AbsoluteGlob, AbsolutePath, FileMode, Mount, PathMatch, RoutePath, SocketName, SourceGlob, SourcePath};
pub use port::{Port, PortRange};
pub use program::{Image, Version};
pub use rate::{Rate, RatePer};
pub use setting::{Json, Setting, SettingName};
pub use text::{Argument, Email, Location, MultiText, SshKey, Text, TimeOfDay, TimeZone, WebUrl};
pub use unit::{Checker, key_unit, units};

#[cfg(test)]
mod tests;
