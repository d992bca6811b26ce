namespace Vaultrice.Grains.Streaming;

/// <summary>How much one stream may hold back for a consumer that does not keep up, and how much it is handed at once.</summary>
/// <param name="Notices">Notices waiting; past it the oldest are dropped.</param>
/// <param name="Bytes">Their approximate size; past it the oldest are dropped.</param>
/// <param name="BatchNotices">Notices in one delivery.</param>
/// <param name="BatchBytes">Approximate size of one delivery; a single larger notice still travels.</param>
internal sealed record BacklogLimits(int Notices, long Bytes, int BatchNotices, long BatchBytes)
{
    public static BacklogLimits Default { get; } = new(65_536, 32 << 20, 512, 1 << 20);
}
