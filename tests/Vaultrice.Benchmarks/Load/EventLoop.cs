namespace Vaultrice.Benchmarks.Load;

/// <summary>Makes the sockets of this process one event loop: answers are handled where they arrive.</summary>
internal static class EventLoop
{
    public const string InlineVariable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    public const string ThreadsVariable = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>Must come before the first socket; child processes must not inherit it.</summary>
    public static void UseInline()
    {
        Environment.SetEnvironmentVariable(InlineVariable, "1");
        Environment.SetEnvironmentVariable(ThreadsVariable, "1");
    }
}
