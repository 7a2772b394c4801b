namespace PgSsl.Tests.Connections;

public sealed class SettingRulesTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("sslmode=''")]
    [InlineData("sslmode=Require")]
    [InlineData("sslmode=verify_full")]
    [InlineData("sslmode=verify-full")]
    [InlineData("channel_binding=''")]
    [InlineData("channel_binding=off")]
    [InlineData("channel_binding=require")]
    [InlineData("gssencmode=''")]
    [InlineData("gssencmode=allow")]
    [InlineData("gssencmode=disable")]
    [InlineData("target_session_attrs=''")]
    [InlineData("target_session_attrs=master")]
    [InlineData("target_session_attrs=prefer-standby")]
    [InlineData("ssl_min_protocol_version=''")]
    [InlineData("ssl_min_protocol_version=tlsV1.3")]
    [InlineData("ssl_min_protocol_version=1.2")]
    [InlineData("ssl_max_protocol_version=TLSv1.1")]
    [InlineData("ssl_max_protocol_version=TLSv1.1 ssl_min_protocol_version=''")]
    [InlineData("ssl_max_protocol_version=TLSv1 ssl_min_protocol_version=TLSv1")]
    [InlineData("ssl_max_protocol_version=TLSv1.2 ssl_min_protocol_version=TLSv1.3")]
    [InlineData("ssl_max_protocol_version=TLSv1.2 ssl_min_protocol_version=TLSv1.2")]
    [InlineData("sslsni='' sslcompression=maybe")]
    [InlineData("sslrootcert='' sslcrl='' sslcert='' sslkey=''")]
    [InlineData("port=1,2")]
    [InlineData("port=0")]
    [InlineData("port=+1")]
    [InlineData("port=99999999999")]
    [InlineData("user='' dbname=''")]
    public void libpq_is_of_the_same_opinion(string conninfo) => AssertAgreement(conninfo);

    [Theory]
    [InlineData("sslcertmode=''", 16)]
    [InlineData("sslcertmode=prefer", 16)]
    [InlineData("sslcertmode=require", 16)]
    [InlineData("load_balance_hosts=''", 16)]
    [InlineData("load_balance_hosts=random", 16)]
    [InlineData("require_auth=''", 16)]
    [InlineData("require_auth=scram-sha-256", 16)]
    [InlineData("require_auth=password,md5,none", 16)]
    [InlineData("require_auth=!password,!md5,!none", 16)]
    [InlineData("require_auth=gss,sspi", 16)]
    [InlineData("require_auth=!gss,!sspi", 16)]
    [InlineData("require_auth=md5,!password", 16)]
    [InlineData("require_auth=!md5,password", 16)]
    [InlineData("require_auth=md5,md5", 16)]
    [InlineData("require_auth=!none,!none", 16)]
    [InlineData("require_auth=none,none", 16)]
    [InlineData("require_auth=md5,", 16)]
    [InlineData("require_auth=!", 16)]
    [InlineData("require_auth=!!md5", 16)]
    [InlineData("require_auth=SCRAM-SHA-256", 16)]
    [InlineData("require_auth='md5, password'", 16)]
    [InlineData("sslrootcert=system", 16)]
    [InlineData("sslrootcert=system sslmode=verify-full", 16)]
    [InlineData("sslrootcert=system sslmode=verify-ca", 16)]
    [InlineData("sslrootcert=system sslmode=disable", 16)]
    [InlineData("sslrootcert=System sslmode=disable", 16)]
    [InlineData("sslnegotiation=''", 17)]
    [InlineData("sslnegotiation=Direct", 17)]
    [InlineData("sslnegotiation=direct", 17)]
    [InlineData("sslnegotiation=direct sslmode=prefer", 17)]
    [InlineData("sslnegotiation=direct sslmode=require", 17)]
    [InlineData("sslnegotiation=direct sslrootcert=system", 17)]
    [InlineData("require_auth=oauth", 18)]
    [InlineData("min_protocol_version=''", 18)]
    [InlineData("min_protocol_version=3.1", 18)]
    [InlineData("min_protocol_version=3.2", 18)]
    [InlineData("min_protocol_version=latest max_protocol_version=3.0", 18)]
    [InlineData("min_protocol_version=latest max_protocol_version=3.2", 18)]
    [InlineData("min_protocol_version=3.0 max_protocol_version=latest", 18)]
    [InlineData("max_protocol_version=Latest", 18)]
    [InlineData("scram_client_key=''", 18)]
    [InlineData("scram_client_key=AAAA", 18)]
    [InlineData("scram_client_key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 18)]
    [InlineData("scram_server_key=nonsense!", 18)]
    public void A_newer_libpq_is_of_the_same_opinion(string conninfo, int since)
    {
        Assert.SkipUnless(Libpq.Require().MajorVersion >= since, $"This libpq is older than {since}.");
        AssertAgreement(conninfo);
    }

    [Theory]
    [InlineData("connect_timeout=''")]
    [InlineData("connect_timeout=1.5")]
    [InlineData("connect_timeout=3s")]
    [InlineData("keepalives=on")]
    [InlineData("tcp_user_timeout=0x10")]
    public void Numbers_that_libpq_refuses_while_connecting_are_refused_at_once(string conninfo) =>
        Assert.Equal(PgSslError.InvalidParameterValue, _world.Refuse(conninfo).Error);

    [Theory]
    [InlineData("connect_timeout=3", 3)]
    [InlineData("connect_timeout=' 1 '", 1)]
    [InlineData("connect_timeout=0", null)]
    [InlineData("connect_timeout=-1", null)]
    [InlineData("user=x", null)]
    public void A_timeout_that_is_not_positive_is_none(string conninfo, int? seconds) =>
        Assert.Equal(seconds, _world.Resolve(conninfo).ConnectTimeout?.TotalSeconds);

    [Theory]
    [InlineData("sslsni=1", true)]
    [InlineData("sslsni=10", true)]
    [InlineData("sslsni=0", false)]
    [InlineData("sslsni=on", false)]
    [InlineData("user=x", true)]
    public void SNI_is_on_if_the_value_starts_with_1(string conninfo, bool expected) => Assert.Equal(expected, _world.Resolve(conninfo).SslSni);

    [Fact]
    public void A_refusal_names_parameter_value_source_and_what_was_expected()
    {
        PgSslException refusal = _world.Set("PGSSLMODE", "verify_full").Refuse("db1");
        Assert.Equal(PgSslError.InvalidParameterValue, refusal.Error);
        Assert.Contains("sslmode=\"verify_full\" (environment variable PGSSLMODE)", refusal.Message);
        Assert.Contains("verify-full", refusal.Remedy);
    }

    [Theory]
    [InlineData("sslmode=prefer sslnegotiation=direct", "sslnegotiation")]
    [InlineData("sslmode=require sslrootcert=system", "sslrootcert")]
    [InlineData("ssl_max_protocol_version=TLSv1.1", "ssl_min_protocol_version")]
    [InlineData("min_protocol_version=3.2 max_protocol_version=3.0", "min_protocol_version")]
    public void A_contradiction_names_both_parameters(string conninfo, string name)
    {
        PgSslException refusal = _world.Refuse(conninfo);
        Assert.Equal(PgSslError.ContradictoryParameters, refusal.Error);
        Assert.Contains(name, refusal.Message);
    }

    [Fact]
    public void A_refused_key_is_not_shown() => Assert.DoesNotContain("c2VjcmV0", _world.Refuse("scram_client_key=c2VjcmV0").Message);

    /// <summary>The socket is not there, so that libpq checks its parameters and goes no further.</summary>
    private void AssertAgreement(string conninfo)
    {
        string text = $"host=/nonexistent {conninfo}";
        string? complaint = Libpq.Require().Complaint(text);
        PgSslException? refusal = null;
        try
        {
            _world.Resolve(text);
        }
        catch (PgSslException exception)
        {
            refusal = exception;
        }
        Assert.True(complaint is null == refusal is null, $"libpq: {complaint ?? "accepted"}; PgSsl: {refusal?.Message ?? "accepted"}");
    }
}
