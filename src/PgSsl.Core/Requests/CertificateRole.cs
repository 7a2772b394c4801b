namespace PgSsl.Requests;

/// <summary>What a certificate is used for.</summary>
public enum CertificateRole
{
    /// <summary>A server: its names are host names and addresses.</summary>
    Server,

    /// <summary>A client that logs in with it: its common name is the name of the role.</summary>
    Client,

    /// <summary>A standby or a member of a cluster. It is a server, and it connects as the replication role; its common name is that role.</summary>
    Replication,
}
