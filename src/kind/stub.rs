use super::*;
macro_rules! stub { ($t:ty, $n:literal, $p:literal) => {
impl Kind for $t {
    fn name(&self) -> &'static str { $n }
    fn common(&self) -> &Common { &self.common }
    fn runtime(&self) -> Runtime { match self.runtime { crate::manifest::services::ServerRuntime::Native => Runtime::Native, _ => Runtime::Container } }
    fn protocol(&self) -> &'static str { $n }
    fn default_port(&self) -> Option<u16> { Some($p) }
    fn lower(&self, _: &mut Lowering<'_>) {}
}}}
stub!(crate::manifest::services::Postgres, "postgres", 5432);
stub!(crate::manifest::services::Redis, "redis", 6379);
