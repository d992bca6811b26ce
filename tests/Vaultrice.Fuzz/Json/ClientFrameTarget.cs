using Vaultrice.Gateway.RealTime;

namespace Vaultrice.Fuzz.Json;

/// <summary>The parser of what clients say over their sockets.</summary>
internal static class ClientFrameTarget
{
    public static readonly FuzzTarget Target = new("client-frames", JsonSeeds.Frames, JsonSeeds.Tokens, Run);

    private static int Run(byte[] data)
    {
        var outcome = new Outcome();
        var frame = ClientFrame.Read(data, JsonCheck.Limits);
        outcome.Add(frame.Error);
        if (!frame.Succeeded)
            return outcome.Number;
        Demand.That(frame.Value.KeyVersion is null or >= 0, "a negative key version passed");
        if (frame.Value.Payload is { } payload)
            JsonCheck.Value(payload, JsonCheck.Limits.MessageBytes);
        outcome.Add(frame.Value.Payload is { } some ? some.Span[0] : 0);
        outcome.Add((frame.Value.ConnectionId is null ? 0 : 1) + (frame.Value.KeyVersion is null ? 0 : 2) + (frame.Value.Auth is null ? 0 : 4));
        return outcome.Number;
    }
}
