namespace PgSsl.Requests;

/// <summary>What a certificate is to be for.</summary>
public enum CertificateRole
{
    /// <summary>A server: its names are host names and addresses.</summary>
    Server,

    /// <summary>A client that logs in with it: its common name is the role.</summary>
    Client,

    /// <summary>A standby or a member of a cluster: it serves, and it connects as the replication role that its common name is.</summary>
    Replication,
}
