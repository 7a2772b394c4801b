namespace PgSsl.Tests;

/// <summary>Runs the Pester file that a derived class is named after, and reports each of its tests.</summary>
public abstract class PesterFileTests
{
    [Theory, PesterResults]
    public void Pester(PesterResult result) => result.Report();
}

// A class each, because xUnit runs classes side by side and the methods of one in turn.
public sealed class Changes : PesterFileTests;

public sealed class CommandText : PesterFileTests;

public sealed class Completion : PesterFileTests;

public sealed class ConvertTo_PgConnectionString : PesterFileTests;

public sealed class Disable_PgSsl : PesterFileTests;

public sealed class Documents : PesterFileTests;

public sealed class Enable_PgSsl : PesterFileTests;

public sealed class Endpoint : PesterFileTests;

public sealed class ForeignNames : PesterFileTests;

public sealed class Format : PesterFileTests;

public sealed class Get_PgCertificate : PesterFileTests;

public sealed class Get_PgBackup : PesterFileTests;

public sealed class Get_PgConnectionSetting : PesterFileTests;

public sealed class Get_PgHbaRule : PesterFileTests;

public sealed class Get_PgRootCert : PesterFileTests;

public sealed class Get_PgServerCertificate : PesterFileTests;

public sealed class Get_PgSslConfiguration : PesterFileTests;

public sealed class Get_PgSslSession : PesterFileTests;

public sealed class Guides : PesterFileTests;

public sealed class Help : PesterFileTests;

public sealed class Input : PesterFileTests;

public sealed class Install_PgRootCert : PesterFileTests;

public sealed class Install_PgServerCertificate : PesterFileTests;

public sealed class Module : PesterFileTests;

public sealed class New_PgCsr : PesterFileTests;

public sealed class New_PgSelfSignedCertificate : PesterFileTests;

public sealed class Output : PesterFileTests;

public sealed class Package : PesterFileTests;

public sealed class PgSslDsc : PesterFileTests;

public sealed class Pipeline : PesterFileTests;

public sealed class Progress : PesterFileTests;

public sealed class Remoting : PesterFileTests;

public sealed class Runbooks : PesterFileTests;

public sealed class ServerLife : PesterFileTests;

public sealed class Secrets : PesterFileTests;

public sealed class Set_PgHbaSsl : PesterFileTests;

public sealed class Programs : PesterFileTests;

public sealed class SqlSession : PesterFileTests;

public sealed class Test_PgCertificateExpiry : PesterFileTests;

public sealed class Test_PgClientVerification : PesterFileTests;

public sealed class Test_PgHbaRule : PesterFileTests;

public sealed class Test_PgServerCertificate : PesterFileTests;

public sealed class Test_PgSslMode : PesterFileTests;

public sealed class Traps : PesterFileTests;

public sealed class Uninstall_PgRootCert : PesterFileTests;

public sealed class Views : PesterFileTests;

public sealed class Wait_PgServerCertificate : PesterFileTests;
