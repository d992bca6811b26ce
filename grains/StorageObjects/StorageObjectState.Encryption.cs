using System.Collections.Immutable;
using System.Security.Cryptography;
using Vaultrice.Grains.Storage;
using Vaultrice.StorageObjects;

namespace Vaultrice.Grains.StorageObjects;

// The settings of the clients' end-to-end encryption: the server makes them, numbers them and keeps those that are needed.
internal sealed partial class StorageObjectState
{
    /// <summary>How many earlier encryption settings are kept even when no item uses them.</summary>
    private const int KeptEncryptionSettings = 100;

    private int _encryptionBytes;

    public EncryptionSettingsHistory? Encryption { get; private set; }

    /// <summary>Makes the first encryption settings if there are none.</summary>
    public StorageResult<EncryptionSettingsHistory> EnsureEncryption(int saltLength, long now) => Encryption ?? Rotate(saltLength, now);

    /// <summary>Makes new encryption settings current.</summary>
    public StorageResult<EncryptionSettingsHistory> Rotate(int saltLength, long now)
    {
        Expire(now);
        var salt = RandomNumberGenerator.GetBytes(saltLength);
        EncryptionSettingsHistory next = Encryption is null
            ? new(new(salt, 0, now), [])
            : new(new(salt, Encryption.Current.KeyVersion + 1, now), StillNeeded(Encryption));
        var size = EncryptionRecord.SizeOf(next);
        var (growth, items) = (size - _encryptionBytes, Encryption is null ? 1 : 0);
        if (_class.Meter.Refuse(growth, items) is { } noRoom)
            return noRoom;
        _class.Meter.Changed(growth, items);
        (Encryption, _encryptionBytes) = (next, size);
        _gate.Change(next, ++Revision);
        return next;
    }

    public StorageError? RefuseKeyVersion(int? keyVersion) =>
        keyVersion is null || (keyVersion >= 0 && keyVersion <= (Encryption?.Current.KeyVersion ?? -1))
            ? null
            : new(StorageErrorCode.KeyVersionMismatch, "This key version was never issued for the object: get its encryption settings first.");

    private ImmutableArray<EncryptionSettings> StillNeeded(EncryptionSettingsHistory history)
    {
        ImmutableArray<EncryptionSettings> all = [history.Current, .. history.Previous];
        if (all.Length <= KeptEncryptionSettings)
            return all;
        var used = _items.Values.Select(live => live.Item.KeyVersion).ToHashSet();
        return [.. all.Where((settings, index) => index < KeptEncryptionSettings || used.Contains(settings.KeyVersion))];
    }
}
