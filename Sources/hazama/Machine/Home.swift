/// The folder of this person's store.
enum Home {
    /// `HAZAMA_HOME`, or `hazama` in the data folder of XDG. `nil` if there is neither that nor a
    /// home.
    static func folder(environment: [String: String]) -> String? {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        if let chosen = value("HAZAMA_HOME") { return chosen }
        // A relative path means nothing there; XDG Base Directory Specification 0.8.
        if let data = value("XDG_DATA_HOME"), data.hasPrefix("/") { return data + "/hazama" }
        return value("HOME").map { $0 + "/.local/share/hazama" }
    }
}
