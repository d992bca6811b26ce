namespace Vaultrice.Projects;

/// <summary>An owner of projects; tenants are accounts.</summary>
public static class Account
{
    /// <summary>The account of those who run the server: it owns what <c>Bootstrap</c> creates, and its owners administer the other accounts.</summary>
    public const string Root = "root";
}
