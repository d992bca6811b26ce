using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Vaultrice.Gateway.Quotas;

/// <summary>A client's address as limits see it: of IPv6 the network of 64 bits, which is one customer's and has any number of addresses.</summary>
internal readonly record struct AddressKey(UInt128 Bits)
{
    public static AddressKey Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.TryWriteBytes(bytes, out var length))
            return default;
        if (length == 16 && !address.IsIPv4MappedToIPv6)
            return new(BinaryPrimitives.ReadUInt128BigEndian(bytes) & (UInt128.MaxValue << 64));
        var v4 = address.AddressFamily == AddressFamily.InterNetwork ? bytes[..4] : bytes[12..];
        return new(BinaryPrimitives.ReadUInt32BigEndian(v4) | (UInt128)0xFFFF_0000_0000);
    }
}
