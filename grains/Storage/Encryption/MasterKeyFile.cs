using System.Text;
using Vaultrice.Encryption;

namespace Vaultrice.Grains.Storage.Encryption;

/// <summary>
/// The file of the master keys: one line <c>vaultrice-master-key v1 {id} {key in base64}</c> for each, oldest first, for its
/// owner's eyes only. The id follows from the key, so a damaged line is noticed.
/// </summary>
internal static class MasterKeyFile
{
    private const string Magic = "vaultrice-master-key";
    private const string Version = "v1";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The keys of the file; none if there is no file.</summary>
    /// <exception cref="KeysUnavailableException">Others can read the file, or it holds no key.</exception>
    public static IReadOnlyList<MasterKey> Read(string path)
    {
        try
        {
            if (!File.Exists(path))
                return [];
            RefuseIfOpenToOthers(path);
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeysUnavailableException(
                $"The master key file '{path}' cannot be read: make it readable for the user this server runs as.", e);
        }
    }

    /// <summary>Writes the file anew; it is complete, on disk and readable by its owner only before it gets its name.</summary>
    /// <exception cref="KeysUnavailableException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<MasterKey> keys)
    {
        var unfinished = path + ".new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.Delete(unfinished);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            using (var file = new FileStream(unfinished, options))
            {
                foreach (var key in keys)
                    file.Write(Encoding.ASCII.GetBytes($"{Magic} {Version} {key.Id} {key.ToSecretText()}\n"));
                file.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path, overwrite: true);
            // A second flush under the final name takes the renaming to disk with it, before anything is wrapped by a new key.
            using var named = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
            named.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeysUnavailableException(
                $"The master key file '{path}' cannot be written: set MasterKey:Path to a file in a folder this server may write to.", e);
        }
    }

    private static void RefuseIfOpenToOthers(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
        {
            throw new KeysUnavailableException(
                $"The master key file '{path}' is open to other users: run 'chmod 600' on it, and consider who may have read it.");
        }
    }

    private static List<MasterKey> Parse(string text, string path)
    {
        List<MasterKey> keys = [];
        foreach (var line in text.TrimEnd().Split('\n'))
        {
            var secret = new byte[MasterKey.Size];
            if (line.TrimEnd().Split(' ') is not [Magic, Version, var id, var base64]
                || !Convert.TryFromBase64String(base64, secret, out var length) || length != MasterKey.Size
                || new MasterKey(secret) is var key && key.Id != id)
            {
                throw new KeysUnavailableException(
                    $"The file '{path}' holds no master key this version can read, or a damaged one: put back the file from your backup.");
            }
            keys.Add(key);
        }
        return keys;
    }
}
