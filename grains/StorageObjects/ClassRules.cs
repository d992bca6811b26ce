using Vaultrice.Projects;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

/// <summary>The rules that the objects of a class live by: the class's settings within what the server allows.</summary>
internal sealed class ClassRules(ClassSettings settings, ObjectLimits limits, StorageObjectOptions options)
{
    // Far beyond anybody's lifetime, and low enough that a time plus a ttl stays exact in JavaScript.
    private const long LongestTtl = 8_600_000_000_000_000;
    private const long LongestWindow = 60 * 60 * 1000;

    private readonly long _defaultTtl = settings.Ttl?.Default ?? Milliseconds(options.DefaultTtl);
    private readonly long _maxTtl = settings.Ttl?.Max ?? LongestTtl;

    public ClassSettings Settings => settings;

    public int ItemBytes { get; } = Lower(limits.ItemBytes, settings.Limits?.ItemBytes);

    public int ObjectBytes { get; } = Lower(limits.ObjectBytes, settings.Limits?.ObjectBytes);

    public int ObjectItems { get; } = Lower(limits.ObjectItems, settings.Limits?.ObjectItems);

    public int ObjectConnections { get; } = Lower(limits.ObjectConnections, settings.Limits?.ObjectConnections);

    public int JsonDepth => limits.JsonDepth;

    /// <summary>How long a lost connection can be resumed, in ms.</summary>
    public long ResumeWindow { get; } = Math.Clamp(settings.ResumeWindow ?? Milliseconds(options.ResumeWindow), 0, LongestWindow);

    /// <summary>How long a connection lost without goodbye stays present, in ms.</summary>
    public long PresenceGrace { get; } = Math.Clamp(settings.PresenceGrace ?? Milliseconds(options.PresenceGrace), 0, LongestWindow);

    /// <summary>Whether only end-to-end encrypted values, messages and presence are taken.</summary>
    public bool EncryptionRequired { get; } = settings.Encryption?.Required ?? false;

    /// <summary>Whether values are stored sealed with a key of their object's own.</summary>
    public bool IsSealed { get; } = settings.Encryption?.AdditionalAtRest ?? false;

    private int MessageBytes { get; } = Lower(limits.MessageBytes, settings.Limits?.MessageBytes);

    private int PresenceBytes { get; } = Lower(limits.PresenceBytes, settings.Limits?.PresenceBytes);

    /// <summary>The time to live of a written item in ms; one that is longer than the class allows is cut to that.</summary>
    /// <param name="asked">What the client asks for, in ms; null for the default.</param>
    public long Ttl(long? asked) => Math.Clamp(asked ?? _defaultTtl, 1, Math.Max(_maxTtl, 1));

    /// <summary>Where encryption is required, refuses what is not encrypted: a value without key version, or that is no text.</summary>
    public StorageError? RefusePlain(ReadOnlyMemory<byte> value, int? keyVersion) =>
        EncryptionRequired && (keyVersion is null || value.Span is not [(byte)'"', ..])
            ? new(StorageErrorCode.EncryptionRequired, "This class takes only end-to-end encrypted data: the value must be a ciphertext with its key version.")
            : null;

    public StorageError? RefuseMessage(MessageSent message) => message.Payload.Length > MessageBytes
        ? new(StorageErrorCode.MessageTooLarge, $"A message may have at most {MessageBytes} bytes.")
        : RefusePlain(message.Payload, message.KeyVersion);

    public StorageError? RefusePresence(ReadOnlyMemory<byte> data, int? keyVersion) => data.Length > PresenceBytes
        ? new(StorageErrorCode.PresenceTooLarge, $"Presence data may have at most {PresenceBytes} bytes.")
        : RefusePlain(data, keyVersion);

    private static int Lower(int server, int? @class) => Math.Min(server, @class ?? server);

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
