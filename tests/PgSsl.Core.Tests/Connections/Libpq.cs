using System.Runtime.InteropServices;
using PgSsl.Sandbox;

namespace PgSsl.Tests.Connections;

/// <summary>
/// The real libpq as a judge, loaded into the test process: the file that PGSSL_TEST_LIBPQ names (to ask another version), else
/// version 18, whose rules ours are, else the machine's own.
/// </summary>
internal sealed class Libpq
{
    private readonly ParseFunction _parse;
    private readonly DefaultsFunction _defaults;
    private readonly FreeFunction _freeOptions;
    private readonly FreeFunction _freeMemory;
    private readonly ConnectFunction _connect;
    private readonly ErrorFunction _error;
    private readonly FreeFunction _finish;

    private Libpq(nint library)
    {
        T Load<T>(string name) => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));
        _parse = Load<ParseFunction>("PQconninfoParse");
        _defaults = Load<DefaultsFunction>("PQconndefaults");
        _freeOptions = Load<FreeFunction>("PQconninfoFree");
        _freeMemory = Load<FreeFunction>("PQfreemem");
        _connect = Load<ConnectFunction>("PQconnectdb");
        _error = Load<ErrorFunction>("PQerrorMessage");
        _finish = Load<FreeFunction>("PQfinish");
        MajorVersion = Load<VersionFunction>("PQlibVersion")() / 10000;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint ParseFunction([MarshalAs(UnmanagedType.LPUTF8Str)] string conninfo, out nint error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint DefaultsFunction();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void FreeFunction(nint memory);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint ConnectFunction([MarshalAs(UnmanagedType.LPUTF8Str)] string conninfo);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint ErrorFunction(nint connection);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int VersionFunction();

    private static readonly Lazy<Libpq?> Loaded = new(() =>
    {
        string name = Environment.GetEnvironmentVariable("PGSSL_TEST_LIBPQ") ?? Version18() ?? "libpq.so.5";
        return NativeLibrary.TryLoad(name, out nint library) ? new Libpq(library) : null;

        static string? Version18() =>
            PostgresInstallation.FindAsync(18).GetAwaiter().GetResult().Value?.LibraryDirectory is { } directory
                ? Path.Combine(directory, "libpq.so.5")
                : null;
    });

    internal int MajorVersion { get; }

    /// <summary>The library, or the test is skipped.</summary>
    internal static Libpq Require()
    {
        Assert.SkipWhen(Loaded.Value is null, "There is no libpq on this machine (libpq.so.5, or PGSSL_TEST_LIBPQ).");
        return Loaded.Value!;
    }

    /// <summary>The parameters that libpq reads from a connection string; null where it refuses the string.</summary>
    internal IReadOnlyDictionary<string, string>? Parse(string text)
    {
        nint options = _parse(text, out nint error);
        if (error != 0) _freeMemory(error);
        if (options == 0) return null;
        var values = Read(options).Where(option => option.Value is not null).ToDictionary(option => option.Keyword, option => option.Value!);
        _freeOptions(options);
        return values;
    }

    /// <summary>Every parameter with its environment variable and compiled-in default, in libpq's order.</summary>
    internal IReadOnlyList<Option> Defaults()
    {
        nint options = _defaults();
        Option[] all = [.. Read(options)];
        _freeOptions(options);
        return all;
    }

    /// <summary>libpq's complaint about the parameters; null where it goes on to connect (to a socket that is not there).</summary>
    internal string? Complaint(string conninfo)
    {
        nint connection = _connect(conninfo);
        string message = Marshal.PtrToStringUTF8(_error(connection))!;
        _finish(connection);
        return message.StartsWith("connection to server on socket", StringComparison.Ordinal) ? null : message;
    }

    private static IEnumerable<Option> Read(nint options)
    {
        // PQconninfoOption of libpq-fe.h: six pointers and an int, padded.
        for (nint option = options; Marshal.ReadIntPtr(option) != 0; option += 7 * nint.Size)
        {
            string? Field(nint start, int index) => Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(start, index * nint.Size));
            yield return new Option(Field(option, 0)!, Field(option, 1), Field(option, 2), Field(option, 3), Field(option, 5)!);
        }
    }

    /// <summary>One PQconninfoOption.</summary>
    internal sealed record Option(string Keyword, string? EnvironmentVariable, string? Compiled, string? Value, string Display);
}
