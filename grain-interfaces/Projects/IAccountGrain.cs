using System.Collections.Immutable;

namespace Vaultrice.Projects;

/// <summary>
/// An account: its admin tokens and the list of its projects. Keyed by the account id; the root account always exists.
/// A change is durable, and in the account's audit log, before it is answered.
/// </summary>
[Alias("vaultrice.IAccountGrain")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>The account, or null if there is none of this id.</summary>
    [Alias("Get")]
    Task<Account?> Get();

    /// <summary>Judges an admin token: what it allows, or null when it is not good.</summary>
    /// <param name="tokenId">What the token says it is.</param>
    /// <param name="hash">SHA-256 of all of it.</param>
    [Alias("Authenticate")]
    Task<AdminRole?> Authenticate(string tokenId, ReadOnlyMemory<byte> hash);

    /// <summary>Creates the account; <see cref="StorageErrorCode.AlreadyExists"/> if there is one, also one that was deleted.</summary>
    [Alias("Create")]
    Task<StorageError?> Create(string name, AuditEntry entry);

    [Alias("Rename")]
    Task<StorageError?> Rename(string name, AuditEntry entry);

    /// <summary>Deletes the account and its tokens; refused while it has projects. Its id is never used again.</summary>
    /// <param name="unfinished">Projects that are listed and that nobody owns: their making broke off, and they are no projects.</param>
    /// <param name="entry">What is written down.</param>
    [Alias("Delete")]
    Task<StorageError?> Delete(ImmutableArray<string> unfinished, AuditEntry entry);

    [Alias("AddToken")]
    Task<StorageError?> AddToken(AdminToken token, AuditEntry entry);

    [Alias("RemoveToken")]
    Task<StorageError?> RemoveToken(string tokenId, AuditEntry entry);

    /// <summary>Sees to it that the configured token is the bootstrap token; one that was revoked stays revoked.</summary>
    [Alias("EnsureBootstrapToken")]
    Task EnsureBootstrapToken(ReadOnlyMemory<byte> hash, AuditEntry entry);

    /// <summary>Lists a project; nothing happens if it is listed.</summary>
    [Alias("AddProject")]
    Task<StorageError?> AddProject(string projectId, AuditEntry entry);

    /// <summary>A project of the account was deleted.</summary>
    [Alias("RemoveProject")]
    Task RemoveProject(string projectId, AuditEntry entry);

    /// <summary>Writes down what was done on behalf of the account without changing it.</summary>
    [Alias("Note")]
    Task Note(AuditEntry entry);

    /// <summary>Returns once the audit log has everything that was stored; to be called before it is read.</summary>
    [Alias("WriteDown")]
    Task WriteDown();
}
