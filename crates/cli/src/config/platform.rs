//! Where does this platform keep a program's data?

use std::path::PathBuf;

use super::layers::Environment;

/// salver's place in the platform's data directory; none if the environment does not say where that is.
pub(crate) fn data_directory(environment: &Environment) -> Option<PathBuf> {
    let variable = |wanted: &str| {
        environment
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| PathBuf::from(value))
            .filter(|path| path.is_absolute())
    };
    // A service manager that gives us a directory knows better than any convention (systemd's `StateDirectory=`).
    if let Some(given) = variable("STATE_DIRECTORY") {
        return Some(given);
    }
    if cfg!(target_os = "macos") {
        return variable("HOME").map(|home| home.join("Library/Application Support/salver"));
    }
    if cfg!(windows) {
        return variable("LOCALAPPDATA").map(|local| local.join("salver"));
    }
    // XDG Base Directory Specification: relative paths are to be ignored.
    variable("XDG_DATA_HOME")
        .or_else(|| Some(variable("HOME")?.join(".local/share")))
        .map(|base| base.join("salver"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_most_particular_variable_wins() {
        for (variables, expected) in [
            ("HOME=/home/a", "/home/a/.local/share/salver"),
            ("HOME=/home/a XDG_DATA_HOME=/data", "/data/salver"),
            ("HOME=/home/a XDG_DATA_HOME=relative", "/home/a/.local/share/salver"),
            ("HOME=/home/a STATE_DIRECTORY=/var/lib/salver", "/var/lib/salver"),
            ("", ""),
        ] {
            let pairs = variables.split_whitespace().filter_map(|pair| pair.split_once('='));
            let environment: Environment =
                pairs.map(|(name, value)| (name.into(), value.into())).collect();
            let found = data_directory(&environment).unwrap_or_default();
            assert_eq!(found, PathBuf::from(expected), "{variables}");
        }
    }
}
