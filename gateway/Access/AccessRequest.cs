using System.Net;

namespace Vaultrice.Gateway.Access;

/// <summary>What the gate judges: who asks for what, from where, and with which proofs.</summary>
/// <param name="ProjectId">The project, as sent.</param>
/// <param name="Operation">What is asked for.</param>
internal readonly record struct AccessRequest(string ProjectId, AccessOperation Operation)
{
    /// <summary>In the form of an <c>Authorization</c> header; null when none were sent.</summary>
    public string? Credentials { get; init; }

    /// <summary>The <c>Origin</c> header; several are joined by commas, which no origin has. Null when there is none.</summary>
    public string? Origin { get; init; }

    /// <summary>The object's class; null when no object is asked for.</summary>
    public string? Class { get; init; }

    /// <summary>The object's id, decoded; null when no object is asked for.</summary>
    public string? Id { get; init; }

    /// <summary>The signature of the id, as sent; null when there is none.</summary>
    public string? IdSignature { get; init; }

    /// <summary>The version of the key that signed the id, as sent; null when none is named.</summary>
    public string? IdSignatureKeyVersion { get; init; }

    /// <summary>Where the request comes from.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Whether it is a frame of a socket, and no HTTP request.</summary>
    public bool IsFrame { get; init; }

    /// <summary>Whether the signature of the id, if there is one, is left to be judged another time.</summary>
    public bool LeavesSignature { get; init; }

    /// <summary>Whether this is no request of its own, but one judged again: nothing must count it.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Whether this is only explained: limits must not count it, nor uses, but what is bad in it, else it could be guessed here.</summary>
    public bool IsExplained { get; init; }
}
