using PgSsl.Changes;

namespace PgSsl.Tests.Changes;

/// <summary>What a change says that it is doing, to whoever waits for it.</summary>
[Fast]
public sealed class ChangeStepTests
{
    [Theory]
    [InlineData(true, "Writing Proving")]
    [InlineData(false, "Writing Proving Undoing")]
    public async Task A_change_tells_its_steps_in_order(bool isProven, string expected)
    {
        var steps = new List<string>();
        ChangeStep.Tell(steps.Add);
        var change = new Change(isProven);

        await Record.ExceptionAsync(change.MakeAsync);

        Assert.Equal(expected, string.Join(' ', steps));
    }

    private sealed class Change(bool isProven) : ProvenChange
    {
        protected override string Subject => "x";

        protected override string RemedyByHand => "";

        public async Task MakeAsync() => await RunAsync(default);

        protected override Task WriteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        protected override Task ProveAsync(CancellationToken cancellationToken) =>
            isProven ? Task.CompletedTask : throw new PgSslException(PgSslError.ChangeNotProven, "no", "none");

        protected override Task PutBackAsync() => Task.CompletedTask;

        protected override Task ProveOldAsync() => Task.CompletedTask;
    }
}
