using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Vaultrice.Projects;

/// <summary>An owner of projects; tenants are accounts.</summary>
/// <param name="AccountId">Its id.</param>
/// <param name="Name">What it is called.</param>
/// <param name="CreatedAt">In ms since the Unix epoch.</param>
/// <param name="Tokens">Its admin tokens, oldest first.</param>
/// <param name="ProjectIds">Its projects, oldest first; one that does not exist was never finished.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.Account")]
public sealed record Account(
    [property: Id(0)] string AccountId,
    [property: Id(1)] string Name,
    [property: Id(2)] long CreatedAt,
    [property: Id(3)] ImmutableArray<AdminToken> Tokens,
    [property: Id(4)] ImmutableArray<string> ProjectIds)
{
    /// <summary>The account of those who run the server: it owns what <c>Bootstrap</c> creates, and its owners administer the other accounts.</summary>
    public const string Root = "root";

    private const int IdDigits = 24;

    public static string NewId() => RandomNumberGenerator.GetHexString(IdDigits, lowercase: true);

    /// <summary>Whether an account can have this id.</summary>
    public static bool IsId(string text) => text == Root || (text.Length == IdDigits && text.All(char.IsAsciiHexDigitLower));
}
