using PgSsl.Connections;
using PgSsl.Probing;
using PgSsl.Sandbox;
using PgSsl.Wire;

namespace PgSsl.Tests.Probing;

/// <summary>Tests that measure the whole process, and so run while no others do.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class Alone
{
    public const string Name = "alone";
}

[Collection(Alone.Name)]
[Fast]
public class HostileServerMemoryTests
{
    private const int Probes = 20;

    [Fact]
    public async Task An_endless_error_is_read_to_its_limit_and_no_further()
    {
        await using HostileServer server = HostileServer.Start(HostileScripts.EndlessErrorResponse);
        var request = new ProbeRequest(new ConnectionHost(server.Host, null, server.Port), Transport.Plaintext, TimeSpan.FromSeconds(30))
        {
            UserName = "postgres",
        };
        long before = GC.GetTotalAllocatedBytes(precise: true);

        for (int i = 0; i < Probes; i++)
        {
            ConnectionFacts facts = await ServerProbe.ConnectAsync(request, TestContext.Current.CancellationToken);
            Assert.IsType<StartupAnswer.Refused>(facts.Answer);
        }

        // A buffer that grows to 30 KB, and as much again on the server's side of this process: megabytes would mean that it is followed.
        Assert.InRange((GC.GetTotalAllocatedBytes(precise: true) - before) / Probes, 1, 1 << 20);
    }
}
