using System.Runtime.InteropServices;
using System.Text;

namespace PgSsl.Sandbox;

/// <summary>
/// What the tests need of psql, around the real libpq, for PostgreSQL from npm, which comes without psql: connects as its options say, runs
/// SQL and <c>\conninfo</c>, and prints rows unaligned. This program is it when it is started with <c>--psql LIBPQ</c>.
/// </summary>
public static class LibpqShell
{
    private const string Library = "libpq";
    private const int ConnectionOk = 0;
    private const int CommandOk = 1;
    private const int TuplesOk = 2;

    // As psql ends (its documentation, "Exit Status").
    private const int Succeeded = 0;
    private const int Failed = 1;
    private const int NotConnected = 2;

    /// <summary>Writes a program that is used like psql.</summary>
    /// <param name="directory">Where to write it.</param>
    /// <param name="installation">Whose libpq to use.</param>
    /// <returns>Its path; null where there is no libpq, or no shell to start it.</returns>
    public static string? Write(string directory, PostgresInstallation installation)
    {
        string? libpq = new[] { "libpq.so.5", "libpq.5.dylib" }
            .Select(name => Path.Combine(installation.LibraryDirectory ?? "/", name)).FirstOrDefault(File.Exists);
        if (libpq is null || OperatingSystem.IsWindows())
            return null;
        string path = Path.Combine(directory, "psql");
        string command = $"exec '{PowerShellProgram.Dotnet}' '{typeof(LibpqShell).Assembly.Location}' --psql '{libpq}' \"$@\"";
        File.WriteAllText(path, $"#!/bin/sh\n{command}\n");
        File.SetUnixFileMode(path, UnixModes.Executable);
        return path;
    }

    internal static int Run(string library, IEnumerable<string> arguments)
    {
        NativeLibrary.SetDllImportResolver(
            typeof(LibpqShell).Assembly, (name, _, _) => name == Library ? NativeLibrary.Load(library) : IntPtr.Zero);
        (Dictionary<string, string> parameters, List<string> commands) = Parse(new Queue<string>(arguments));
        IntPtr connection = PQconnectdbParams(Texts(parameters.Keys), Texts(parameters.Values), expandDatabaseName: 1);
        try
        {
            if (PQstatus(connection) != ConnectionOk)
            {
                Console.Error.Write($"psql: error: {Text(PQerrorMessage(connection))}");
                return NotConnected;
            }
            int status = Succeeded;
            foreach (string command in commands.Count > 0 ? commands : Lines())
                status = command == "\\conninfo" ? ShowConnection(connection) : Execute(connection, command);
            return status;
        }
        finally
        {
            PQfinish(connection);
        }
    }

    // -XAtc SQL is three switches and an option with its value; what has no option is the database, which may be a connection string.
    private static (Dictionary<string, string> Parameters, List<string> Commands) Parse(Queue<string> arguments)
    {
        var parameters = new Dictionary<string, string> { ["fallback_application_name"] = "psql" };
        var commands = new List<string>();
        while (arguments.TryDequeue(out string? argument))
        {
            if (!argument.StartsWith('-'))
            {
                parameters["dbname"] = argument;
                continue;
            }
            foreach (char option in argument[1..].Where(option => !"XwAtq".Contains(option, StringComparison.Ordinal)))
            {
                string value = arguments.Dequeue();
                if (option == 'c')
                    commands.Add(value);
                else
                    parameters[Parameter(option)] = value;
            }
        }
        return (parameters, commands);
    }

    private static string Parameter(char option) => option switch
    {
        'd' => "dbname",
        'h' => "host",
        'p' => "port",
        'U' => "user",
        _ => throw new SandboxException($"psql's option -{option} is not one that the tests use."),
    };

    private static IEnumerable<string> Lines()
    {
        while (Console.ReadLine() is { } line)
            yield return line;
    }

    private static int ShowConnection(IntPtr connection)
    {
        Console.WriteLine("You are connected.");
        if (PQsslInUse(connection) != 0)
            Console.WriteLine("SSL connection (by libpq)");
        return Succeeded;
    }

    private static int Execute(IntPtr connection, string sql)
    {
        int status = PQsendQuery(connection, Encoding.UTF8.GetBytes(sql + "\0")) == 0 ? Failed : Succeeded;
        for (IntPtr result; (result = PQgetResult(connection)) != IntPtr.Zero; PQclear(result))
        {
            if (PQresultStatus(result) is not (CommandOk or TuplesOk))
                status = Failed;
            for (int row = 0; row < PQntuples(result); row++)
                Console.WriteLine(string.Join('|', Enumerable.Range(0, PQnfields(result)).Select(column => Text(PQgetvalue(result, row, column)))));
        }
        if (status != Succeeded)
            Console.Error.Write(Text(PQerrorMessage(connection)));
        return status;
    }

    // Ended by NULL; never freed, as this process ends soon.
    private static IntPtr[] Texts(IEnumerable<string> texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), IntPtr.Zero];

    private static string Text(IntPtr text) => Marshal.PtrToStringUTF8(text) ?? "";

    [DllImport(Library)]
    private static extern IntPtr PQconnectdbParams(IntPtr[] keywords, IntPtr[] values, int expandDatabaseName);

    [DllImport(Library)]
    private static extern int PQstatus(IntPtr connection);

    [DllImport(Library)]
    private static extern IntPtr PQerrorMessage(IntPtr connection);

    [DllImport(Library)]
    private static extern int PQsslInUse(IntPtr connection);

    [DllImport(Library)]
    private static extern int PQsendQuery(IntPtr connection, byte[] sql);

    [DllImport(Library)]
    private static extern IntPtr PQgetResult(IntPtr connection);

    [DllImport(Library)]
    private static extern int PQresultStatus(IntPtr result);

    [DllImport(Library)]
    private static extern int PQntuples(IntPtr result);

    [DllImport(Library)]
    private static extern int PQnfields(IntPtr result);

    [DllImport(Library)]
    private static extern IntPtr PQgetvalue(IntPtr result, int row, int column);

    [DllImport(Library)]
    private static extern void PQclear(IntPtr result);

    [DllImport(Library)]
    private static extern void PQfinish(IntPtr connection);
}
