pub type Formats = &'static [(&'static str, fn(&str) -> Result<(), String>)];
pub struct Validator;
