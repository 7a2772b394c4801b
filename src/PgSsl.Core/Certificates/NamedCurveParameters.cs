namespace PgSsl.Certificates;

/// <summary>The parameters of a named curve over a prime.</summary>
/// <param name="P">The prime, in hex.</param>
/// <param name="A">The factor of x; null for −3.</param>
/// <param name="B">The constant.</param>
/// <param name="OrderBits">The length of the order of its base point.</param>
internal sealed record NamedCurveParameters(string P, string? A, string B, int OrderBits)
{
    // Those of OpenSSL (crypto/ec/ec_curve.c) with an order of 224 bits or more: SEC 2, ANSI X9.62, RFC 5639.
    private static readonly Dictionary<string, NamedCurveParameters> Curves = new()
    {
        // secp224k1
        ["1.3.132.0.32"] = new(
            "fffffffffffffffffffffffffffffffffffffffffffffffeffffe56d",
            "00000000000000000000000000000000000000000000000000000000",
            "00000000000000000000000000000000000000000000000000000005",
            225),
        // secp224r1
        ["1.3.132.0.33"] = new(
            "ffffffffffffffffffffffffffffffff000000000000000000000001",
            null,
            "b4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4",
            224),
        // secp256k1
        ["1.3.132.0.10"] = new(
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000007",
            256),
        // secp384r1
        ["1.3.132.0.34"] = new(
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
            null,
            "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
            384),
        // secp521r1
        ["1.3.132.0.35"] = new(
            "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            null,
            "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
            521),
        // prime239v1
        ["1.2.840.10045.3.1.4"] = new(
            "7fffffffffffffffffffffff7fffffffffff8000000000007fffffffffff",
            null,
            "6b016c3bdcf18941d0d654921475ca71a9db2fb27d1d37796185c2942c0a",
            239),
        // prime239v2
        ["1.2.840.10045.3.1.5"] = new(
            "7fffffffffffffffffffffff7fffffffffff8000000000007fffffffffff",
            null,
            "617fab6832576cbbfed50d99f0249c3fee58b94ba0038c7ae84c8c832f2c",
            239),
        // prime239v3
        ["1.2.840.10045.3.1.6"] = new(
            "7fffffffffffffffffffffff7fffffffffff8000000000007fffffffffff",
            null,
            "255705fa2a306654b1f4cb03d6a750a30c250102d4988717d9ba15ab6d3e",
            239),
        // prime256v1
        ["1.2.840.10045.3.1.7"] = new(
            "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
            null,
            "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
            256),
        // brainpoolP224r1
        ["1.3.36.3.3.2.8.1.1.5"] = new(
            "d7c134aa264366862a18302575d1d787b09f075797da89f57ec8c0ff",
            "68a5e62ca9ce6c1c299803a6c1530b514e182ad8b0042a59cad29f43",
            "2580f63ccfe44138870713b1a92369e33e2135d266dbb372386c400b",
            224),
        // brainpoolP224t1
        ["1.3.36.3.3.2.8.1.1.6"] = new(
            "d7c134aa264366862a18302575d1d787b09f075797da89f57ec8c0ff",
            null,
            "4b337d934104cd7bef271bf60ced1ed20da14c08b3bb64f18a60888d",
            224),
        // brainpoolP256r1
        ["1.3.36.3.3.2.8.1.1.7"] = new(
            "a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377",
            "7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9",
            "26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6",
            256),
        // brainpoolP256t1
        ["1.3.36.3.3.2.8.1.1.8"] = new(
            "a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377",
            null,
            "662c61c430d84ea4fe66a7733d0b76b7bf93ebc4af2f49256ae58101fee92b04",
            256),
        // brainpoolP320r1
        ["1.3.36.3.3.2.8.1.1.9"] = new(
            "d35e472036bc4fb7e13c785ed201e065f98fcfa6f6f40def4f92b9ec7893ec28fcd412b1f1b32e27",
            "3ee30b568fbab0f883ccebd46d3f3bb8a2a73513f5eb79da66190eb085ffa9f492f375a97d860eb4",
            "520883949dfdbc42d3ad198640688a6fe13f41349554b49acc31dccd884539816f5eb4ac8fb1f1a6",
            320),
        // brainpoolP320t1
        ["1.3.36.3.3.2.8.1.1.10"] = new(
            "d35e472036bc4fb7e13c785ed201e065f98fcfa6f6f40def4f92b9ec7893ec28fcd412b1f1b32e27",
            null,
            "a7f561e038eb1ed560b3d147db782013064c19f27ed27c6780aaf77fb8a547ceb5b4fef422340353",
            320),
        // brainpoolP384r1
        ["1.3.36.3.3.2.8.1.1.11"] = new(
            "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53",
            "7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f8aa5814a503ad4eb04a8c7dd22ce2826",
            "04a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57cb4390295dbc9943ab78696fa504c11",
            384),
        // brainpoolP384t1
        ["1.3.36.3.3.2.8.1.1.12"] = new(
            "8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53",
            null,
            "7f519eada7bda81bd826dba647910f8c4b9346ed8ccdc64e4b1abd11756dce1d2074aa263b88805ced70355a33b471ee",
            384),
        // brainpoolP512r1
        ["1.3.36.3.3.2.8.1.1.13"] = new(
            "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3",
            "7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94ca",
            "3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67984050b75ebae5dd2809bd638016f723",
            512),
        // brainpoolP512t1
        ["1.3.36.3.3.2.8.1.1.14"] = new(
            "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3",
            null,
            "7cbbbcf9441cfab76e1890e46884eae321f70c0bcb4981527897504bec3e36a62bcdfa2304976540f6450085f2dae145c22553b465763689180ea2571867423e",
            512),
    };

    // Curves too weak for security level 2: the point is not read, because such a key is refused whatever it is.
    private static readonly Dictionary<string, int> WeakCurves = new()
    {
        ["1.3.132.0.6"] = 112, ["1.3.132.0.7"] = 110, ["1.3.132.0.28"] = 128, ["1.3.132.0.29"] = 126, ["1.3.132.0.9"] = 161,
        ["1.3.132.0.8"] = 161, ["1.3.132.0.30"] = 161, ["1.3.132.0.31"] = 192, ["1.2.840.10045.3.1.1"] = 192,
        ["1.2.840.10045.3.1.2"] = 192, ["1.2.840.10045.3.1.3"] = 192, ["2.23.43.1.4.6"] = 112, ["2.23.43.1.4.7"] = 161,
        ["2.23.43.1.4.8"] = 113, ["2.23.43.1.4.9"] = 161, ["1.3.36.3.3.2.8.1.1.1"] = 160, ["1.3.36.3.3.2.8.1.1.2"] = 160,
        ["1.3.36.3.3.2.8.1.1.3"] = 192, ["1.3.36.3.3.2.8.1.1.4"] = 192,
    };

    public static NamedCurveParameters? Find(string oid) => Curves.GetValueOrDefault(oid);

    /// <summary>The length of the order of a curve that is too weak; null for others.</summary>
    public static int? FindWeak(string oid) => WeakCurves.TryGetValue(oid, out int bits) ? bits : null;
}
