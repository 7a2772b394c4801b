namespace PgSsl.Managers;

/// <summary>The services that do not let users change pg_hba.conf.</summary>
internal static class ServerManagers
{
    public static ServerMarks[] All { get; } =
    [
        new(
            new(
                "Amazon RDS or Aurora",
                "Set rds.force_ssl = 1 in the parameter group of the instance (Aurora: of the cluster).",
                "docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html"),
            "rds.",
            "rdsadmin"),
        new(
            new(
                "Azure Database for PostgreSQL",
                "Set the server parameter require_secure_transport to on: az postgres flexible-server parameter set " +
                "--name require_secure_transport --value on.",
                "learn.microsoft.com/azure/postgresql/flexible-server/server-parameters-table-tls; roles: .../security/security-access-control"),
            "azure.",
            "azuresu"),
        new(
            new(
                "Google Cloud SQL",
                "Run gcloud sql instances patch INSTANCE --ssl-mode=ENCRYPTED_ONLY.",
                "cloud.google.com/sql/docs/postgres/configure-ssl-instance; roles: cloud.google.com/sql/docs/postgres/users"),
            "cloudsql.",
            "cloudsqladmin"),
        new(
            new(
                "Google AlloyDB",
                "Run gcloud alloydb instances update INSTANCE --cluster=CLUSTER --region=REGION --ssl-mode=ENCRYPTED_ONLY.",
                "cloud.google.com/alloydb/docs/instance-ssl; roles: cloud.google.com/alloydb/docs/database-users/about"),
            "alloydb.",
            "alloydbsuperuser"),
        new(
            new(
                "Supabase",
                "Switch on \"Enforce SSL on incoming connections\" in the project's database settings; the database restarts. A Supabase that you " +
                "host yourself has no such switch, and its pg_hba.conf is yours.",
                "supabase.com/docs/guides/platform/ssl-enforcement; role: supabase/postgres: nix/checks.nix (initdb --username=supabase_admin)"),
            null,
            "supabase_admin"),
        new(
            new(
                "Neon",
                "There is nothing to change: Neon refuses connections without TLS.",
                "neon.com/docs/connect/connect-securely; role: neon.com/docs/manage/roles"),
            "neon.",
            "neon_superuser"),
        new(
            new(
                "Aiven",
                "There is nothing to change: all connections to Aiven for PostgreSQL are encrypted.",
                "aiven.io/docs/platform/concepts/tls-ssl-certificates; settings: aiven/aiven-pg-security"),
            "aiven.",
            "avnadmin")
            {
                NeedsBoth = true,
            },
    ];
}
