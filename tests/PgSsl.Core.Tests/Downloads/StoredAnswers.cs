using System.Net;

namespace PgSsl.Tests.Downloads;

/// <summary>The web as far as a test has it: some URLs with their texts, and nothing else.</summary>
public sealed class StoredAnswers(IReadOnlyDictionary<string, string> texts) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(texts.TryGetValue(request.RequestUri!.AbsoluteUri, out string? text)
            ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text) }
            : new HttpResponseMessage(HttpStatusCode.NotFound));
}
