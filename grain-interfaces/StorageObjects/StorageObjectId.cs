using System.Text;

namespace Vaultrice.StorageObjects;

/// <summary>The address of a storage object; its text <c>{projectId}/{class}/{id}</c> is the grain's key.</summary>
/// <param name="ProjectId">The tenant's project; holds no slash.</param>
/// <param name="Class">The object's class, <c>_undefined_</c> when an app names none; holds no slash.</param>
/// <param name="Id">The object's id as the app chose it; being last, it may hold slashes.</param>
[GenerateSerializer, Immutable, Alias("vaultrice.StorageObjectId")]
public readonly record struct StorageObjectId(
    [property: Id(0)] string ProjectId,
    [property: Id(1)] string Class,
    [property: Id(2)] string Id)
{
    /// <summary>The longest project id, class or id, in UTF-8 bytes.</summary>
    public const int MaxPartBytes = 256;

    /// <summary>The longest item name, in UTF-8 bytes.</summary>
    public const int MaxNameBytes = 1024;

    public override string ToString() => $"{ProjectId}/{Class}/{Id}";

    /// <summary>Reads a grain key.</summary>
    /// <exception cref="FormatException">The text has fewer than three parts.</exception>
    public static StorageObjectId Parse(string key)
    {
        var first = key.IndexOf('/');
        var second = first < 0 ? -1 : key.IndexOf('/', first + 1);
        return second < 0
            ? throw new FormatException("A storage object's key has three parts: project, class and id.")
            : new(key[..first], key[(first + 1)..second], key[(second + 1)..]);
    }

    /// <summary>Whether a class may have this name: 1 to 256 bytes, no slash, no control character, not <c>.</c> or <c>..</c>.</summary>
    public static bool IsValidClass(string name) => IsValidId(name) && !name.Contains('/');

    /// <summary>Whether an object may have this id: 1 to 256 bytes, no control character, no segment <c>.</c> or <c>..</c>.</summary>
    public static bool IsValidId(string id) => IsValid(id, MaxPartBytes);

    /// <summary>Whether an item may have this name: 1 to 1,024 bytes, no control character, no segment <c>.</c> or <c>..</c>.</summary>
    public static bool IsValidName(string name) => IsValid(name, MaxNameBytes);

    private static bool IsValid(string text, int maxBytes)
    {
        if (text.Length == 0 || text.Length > maxBytes || Encoding.UTF8.GetByteCount(text) > maxBytes)
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsControl(c))
                return false;
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(c))
                return false;
        }
        if (!text.Contains('.'))
            return true;
        foreach (var segment in text.AsSpan().Split('/'))
        {
            if (text.AsSpan(segment) is "." or "..")
                return false;
        }
        return true;
    }
}
