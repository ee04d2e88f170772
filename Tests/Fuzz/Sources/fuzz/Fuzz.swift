#if canImport(Glibc)
    import Glibc
#endif

/// Which door is tried, by the environment: libFuzzer owns the arguments.
private let target: FuzzTarget = {
    guard let name = getenv("HAZAMA_FUZZ"), let target = FuzzTarget(rawValue: String(cString: name))
    else { fatalError("HAZAMA_FUZZ has to name a door: codec, request, bundle or json") }
    return target
}()

/// What libFuzzer calls for every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ tryOne: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Where the program begins: the linker is told this name by SwiftPM, and so not libFuzzer's own.
@_cdecl("fuzz_main")
public func begin(
    _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
    var (count, arguments) = (count, arguments)
    return runDriver(&count, &arguments) { fuzzOne($0, $1) }
}
