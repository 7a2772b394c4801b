using System.Net;
using System.Net.Sockets;
using PgSsl.Common;

namespace PgSsl.Hosting;

/// <summary>The addresses of a client that somebody names.</summary>
internal static class ClientAddresses
{
    /// <summary>Reads an address, or resolves a host name.</summary>
    /// <param name="text">The address or the name.</param>
    /// <param name="usesDns">Whether DNS may be asked.</param>
    /// <exception cref="PgSslException">InvalidParameterValue or HostNotFound.</exception>
    public static NumericAddress[] Find(string text, bool usesDns)
    {
        if (NumericAddress.Parse(text) is { } address)
            return [address];
        // No name looks like this (RFC 1123, 2.1: the last label is not a number), so DNS is not asked.
        if (text.Contains('/', StringComparison.Ordinal))
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"\"{text}\" is not a single address, and a client has one.",
                "Give one address of that network, such as 10.0.0.7.");
        if (text.Contains(':', StringComparison.Ordinal) || (text.Any(char.IsAsciiDigit) && text.All(c => char.IsAsciiDigit(c) || c == '.')))
            throw new PgSslException(
                PgSslError.InvalidParameterValue, $"\"{text}\" is not an IP address.",
                "Give an address such as 10.0.0.7 (four numbers from 0 to 255) or 2001:db8::7, without a port.");
        try
        {
            if (usesDns)
                return [.. Dns.GetHostAddresses(text).Select(NumericAddress.Of).Distinct()];
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            throw new PgSslException(PgSslError.HostNotFound, $"The host {text} has no address: {failure.Message}", "Give its IP address.", failure);
        }
        throw new PgSslException(
            PgSslError.InvalidParameterValue, $"\"{text}\" is not an IP address.", "Give an address such as 10.0.0.7, or leave out -NoDns.");
    }
}
