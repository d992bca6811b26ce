using System.Text;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>
/// The file of the master key: one line <c>vaultrice-master-key v1 {id} {key in base64}</c>, for its owner's eyes only.
/// The id follows from the key, so a damaged line is noticed.
/// </summary>
internal static class MasterKeyFile
{
    private const string Magic = "vaultrice-master-key";
    private const string Version = "v1";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The key of the file; null if there is no file.</summary>
    /// <exception cref="ObjectStoreException">Others can read the file, or it holds no key.</exception>
    public static MasterKey? Read(string path)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            RefuseIfOpenToOthers(path);
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException(
                $"The master key file '{path}' cannot be read: make it readable for the user this server runs as.", e);
        }
    }

    /// <summary>Makes a new key and its file; the file is complete, on disk and readable by its owner only before it gets its name.</summary>
    /// <exception cref="ObjectStoreException">The file cannot be written.</exception>
    public static MasterKey Create(string path)
    {
        var key = MasterKey.Create();
        var unfinished = path + ".new";
        try
        {
            File.Delete(unfinished);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            using (var file = new FileStream(unfinished, options))
            {
                file.Write(Encoding.ASCII.GetBytes($"{Magic} {Version} {key.Id} {key.ToSecretText()}\n"));
                file.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path);
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ObjectStoreException(
                $"The master key file '{path}' cannot be written: set MasterKey:Path to a file in a folder this server may write to.", e);
        }
    }

    private static void RefuseIfOpenToOthers(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
        {
            throw new ObjectStoreException(
                $"The master key file '{path}' is open to other users: run 'chmod 600' on it, and consider who may have read it.");
        }
    }

    private static MasterKey Parse(string text, string path)
    {
        if (text.TrimEnd().Split(' ') is [Magic, Version, var id, var base64])
        {
            var secret = new byte[MasterKey.Size];
            if (Convert.TryFromBase64String(base64, secret, out var length) && length == MasterKey.Size
                && new MasterKey(secret) is var key && key.Id == id)
            {
                return key;
            }
        }
        throw new ObjectStoreException(
            $"The file '{path}' holds no master key this version can read, or a damaged one: put back the file from your backup.");
    }
}
