using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Vaultrice.Gateway.Transport;

/// <summary>Whose word about where a request came from is believed; section <c>Proxies</c> of the configuration.</summary>
internal sealed class ProxyOptions : IValidatableObject
{
    public const string Section = "Proxies";

    /// <summary>
    /// Addresses and networks (<c>10.1.2.3, 10.0.0.0/8, fd00::/8</c>) of proxies, whose <c>X-Forwarded-For</c>, <c>-Proto</c> and
    /// <c>-Host</c> count. Default: none, the headers are ignored.
    /// </summary>
    public string Trusted { get; set; } = "";

    /// <summary>The networks; a single address is one of its own.</summary>
    public IEnumerable<IPNetwork> Networks() => Entries().Select(entry => Parse(entry)!.Value);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Entries().Where(entry => Parse(entry) is null).Select(entry => new ValidationResult(
            $"'{entry}' is neither an address nor a network such as 10.0.0.0/8.", [nameof(Trusted)]));

    private string[] Entries() => Trusted.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IPNetwork? Parse(string entry)
    {
        if (IPAddress.TryParse(entry, out var address))
            return new(address, address.GetAddressBytes().Length * 8);
        return entry.Contains('/') && IPNetwork.TryParse(entry, out var network) ? network : null;
    }
}
