namespace PgSsl.Sandbox.Company;

/// <summary>A row of the estate's servers.csv.</summary>
/// <param name="Name">What its people call it, and its section of pg_service.conf.</param>
/// <param name="Port">Where it listens, on the loopback addresses.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Purpose">What is special about it.</param>
public sealed record CompanyServer(string Name, int Port, string Owner, string Purpose)
{
    /// <summary>How clients call it.</summary>
    public string Endpoint => $"localhost:{Port}";

    /// <summary>Its section of pg_service.conf.</summary>
    public string Service => $"[{Name}]\nhost=localhost\nport={Port}\nuser=postgres\ndbname=postgres\n\n";
}
