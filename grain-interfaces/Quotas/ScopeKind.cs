namespace Vaultrice.Quotas;

/// <summary>What a limit is set on.</summary>
public enum ScopeKind
{
    /// <summary>A client's address; of IPv6 its network of 64 bits.</summary>
    Address,

    /// <summary>An api key.</summary>
    Key,

    /// <summary>All of a project.</summary>
    Project,

    /// <summary>All objects of a class.</summary>
    Class,

    /// <summary>A storage object.</summary>
    Object,

    /// <summary>An account, in the administration.</summary>
    Account,
}
