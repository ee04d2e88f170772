import SyncCore
import SyncProtocol
import Testing

@testable import HubServer

@Suite("Passwords")
struct PasswordTests {
    @Test("a hash fits its password and no other, and survives its text")
    func fits() throws {
        let hash = PasswordHash.make("密码 1", cost: 4)
        #expect(hash.fits("密码 1"))
        for wrong in ["", "密码 2", "密码 1 ", "\u{0}"] { #expect(!hash.fits(wrong)) }
        let read = try #require(PasswordHash(hash.text))
        #expect(read == hash)
        #expect(read.fits("密码 1"))
        #expect(PasswordHash.make("密码 1", cost: 4) != hash)
    }

    @Test("an empty password can be hashed, and is none but itself")
    func empty() {
        #expect(PasswordHash.make("", cost: 4).fits(""))
        #expect(!PasswordHash.make("", cost: 4).fits("x"))
    }

    @Test("a text that no hash has is refused")
    func refused() {
        let text = PasswordHash.make("x", cost: 4).text
        for bad in [
            "", "scrypt", text + "0", text.replacing("scrypt.4", with: "scrypt.40"),
            text.replacing("scrypt.4.8", with: "scrypt.4.9"), String(text.dropLast()), text + ".x",
        ] {
            #expect(PasswordHash(bad) == nil, "\(bad)")
        }
    }
}

@Suite("Brake")
struct BrakeTests {
    private let start = ContinuousClock.now

    @Test("so many failures are free, then one waits, and in time all is forgiven")
    func brakes() {
        let brake = Brake(failures: 3, forgivenPerMinute: 6)
        for _ in 0..<3 {
            #expect(brake.wait_s("a", at: start) == nil)
            brake.failed("a", at: start)
        }
        #expect(brake.wait_s("a", at: start) == 10)
        #expect(brake.wait_s("a", at: start + .seconds(4)) == 6)
        #expect(brake.wait_s("a", at: start + .seconds(10)) == nil)
        #expect(brake.wait_s("b", at: start) == nil)
    }

    @Test("a flood of addresses does not free the one that is braked, nor fill the memory")
    func flood() {
        let brake = Brake(failures: 2, forgivenPerMinute: 1)
        brake.failed("guilty", at: start)
        brake.failed("guilty", at: start)
        for number in 0..<10_500 { brake.failed("\(number)", at: start) }
        #expect(brake.wait_s("guilty", at: start) != nil)
    }
}

@Suite("Forms")
struct FormTests {
    @Test("a form's token is bound to its cookie")
    func token() {
        let seal = FormSeal()
        #expect(seal.token(for: "a") == seal.token(for: "a"))
        #expect(seal.token(for: "a") != seal.token(for: "b"))
        #expect(seal.token(for: "a") != FormSeal().token(for: "a"))
    }

    @Test("pairs are read as browsers write them")
    func pairs() throws {
        let form = try #require(Form(Array("a=1&b=x+y%20z&c=%E5%BC%A0&d&a=2&=e".utf8)))
        #expect(form["a"] == "1")
        #expect(form["b"] == "x y z")
        #expect(form["c"] == "张")
        #expect(form["d"] == "")
        #expect(form["f"] == nil)
    }

    @Test("what is no form is none", arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%C0%AF"])
    func refused(text: String) { #expect(Form(Array(text.utf8)) == nil) }

    @Test("too many pairs are refused")
    func many() {
        #expect(Form(Array(String(repeating: "a=1&", count: 200).utf8)) != nil)
        #expect(Form(Array(String(repeating: "a=1&", count: 201).utf8)) == nil)
    }

    @Test("what is encoded is decoded to the same", arguments: ["", "a b", "张三&=?#", "\u{1b}[2J"])
    func roundTrip(text: String) throws {
        let form = try #require(Form(Array("x=\(Form.encoded(text))".utf8)))
        #expect(form["x"] == text)
    }
}
