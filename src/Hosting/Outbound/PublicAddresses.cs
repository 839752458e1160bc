using System.Net;
using System.Net.Sockets;

namespace Stoa.Hosting.Outbound;

/// <summary>Tells an address of the public internet from every other kind. Deny by default: what is not known to be public is not.</summary>
/// <remarks>Source: the IANA special-purpose address registries for IPv4 and IPv6, and the metadata addresses of the large clouds.</remarks>
public static class PublicAddresses
{
    private static readonly (IPNetwork Network, string Kind)[] refusedV4 =
    [
        (IPNetwork.Parse("0.0.0.0/8"), "unspecified"),
        (IPNetwork.Parse("10.0.0.0/8"), "private"),
        (IPNetwork.Parse("100.64.0.0/10"), "carrier-grade NAT"),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        (IPNetwork.Parse("168.63.129.16/32"), "cloud metadata"),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local or cloud metadata"),
        (IPNetwork.Parse("172.16.0.0/12"), "private"),
        (IPNetwork.Parse("192.0.0.0/24"), "protocol assignment"),
        (IPNetwork.Parse("192.0.2.0/24"), "documentation"),
        (IPNetwork.Parse("192.88.99.0/24"), "6to4 relay"),
        (IPNetwork.Parse("192.168.0.0/16"), "private"),
        (IPNetwork.Parse("198.18.0.0/15"), "benchmark"),
        (IPNetwork.Parse("198.51.100.0/24"), "documentation"),
        (IPNetwork.Parse("203.0.113.0/24"), "documentation"),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("240.0.0.0/4"), "reserved or broadcast"),
    ];

    // Of IPv6 only 2000::/3 is global unicast; these parts of it are not the public internet.
    private static readonly IPNetwork globalUnicastV6 = IPNetwork.Parse("2000::/3");

    private static readonly (IPNetwork Network, string Kind)[] refusedV6 =
    [
        (IPNetwork.Parse("2001::/23"), "protocol assignment (Teredo, benchmark, ORCHID)"),
        (IPNetwork.Parse("2001:db8::/32"), "documentation"),
        (IPNetwork.Parse("2002::/16"), "6to4"),
        (IPNetwork.Parse("3fff::/20"), "documentation"),
    ];

    /// <summary>Why an address is refused, or null for a public one. An IPv4 address written as IPv6 is refused whatever it holds.</summary>
    public static string? WhyRefused(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => Find(refusedV4, address),
        AddressFamily.InterNetworkV6 when address.IsIPv4MappedToIPv6 => "IPv4-mapped",
        AddressFamily.InterNetworkV6 when IPAddress.IPv6Loopback.Equals(address) => "loopback",
        AddressFamily.InterNetworkV6 when address.ScopeId != 0 || !globalUnicastV6.Contains(address) =>
            "not global unicast (unspecified, link-local, unique local, multicast, NAT64 or IPv4-compatible)",
        AddressFamily.InterNetworkV6 => Find(refusedV6, address),
        _ => "neither IPv4 nor IPv6",
    };

    private static string? Find((IPNetwork Network, string Kind)[] refused, IPAddress address)
    {
        foreach (var (network, kind) in refused)
        {
            if (network.Contains(address))
            {
                return kind;
            }
        }

        return null;
    }
}
