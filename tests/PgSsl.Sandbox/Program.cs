using PgSsl.Sandbox;

foreach (PostgresInstallation installation in await PostgresInstallation.FindAsync())
    Console.WriteLine($"PostgreSQL {installation.FullVersion}  {installation.BinDirectory}");
