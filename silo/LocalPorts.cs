using System.Net;
using System.Net.Sockets;

namespace Vaultrice.Silo;

/// <summary>Ports of this machine.</summary>
internal static class LocalPorts
{
    /// <summary>
    /// One that nobody listens on, below the range that systems take the ports of outgoing connections from: out of that
    /// range somebody else would get it now and then before it is bound.
    /// </summary>
    public static int Free()
    {
        while (true)
        {
            using var probe = new TcpListener(IPAddress.Loopback, Random.Shared.Next(12_000, 30_000));
            try
            {
                probe.Start();
                return ((IPEndPoint)probe.LocalEndpoint).Port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Somebody has it.
            }
        }
    }
}
