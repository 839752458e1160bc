using Stoa.Hosting.Problems;
using Stoa.Payments.Checkout;
using Xunit;

namespace Stoa.Payments.Tests.Checkout;

/// <summary>What payers write about themselves.</summary>
public sealed class CleanDetailsTests
{
    private static readonly PostalAddress home = new("ul. Długa 1", "Gdańsk", "80-001", "pl");

    [Fact]
    public void Details_are_brought_into_one_form()
    {
        var clean = CleanDetails.Of(new PayerDetails("  Zofia Nowak ", "zofia@example.com", "+48 (22) 555-01-23", home with { Street2 = " " }));

        Assert.Equal(new("Zofia Nowak", "zofia@example.com", "+48225550123", home with { Country = "PL" }), clean);
    }

    [Theory]
    [InlineData("email", "zofia")]
    [InlineData("email", "@example.com")]
    [InlineData("email", "zofia@example")]
    [InlineData("email", "zofia@example.")]
    [InlineData("email", "zo fia@example.com")]
    [InlineData("email", "a@b@example.com")]
    [InlineData("phone", "call me")]
    [InlineData("phone", "1234")]
    [InlineData("phone", "1234567890123456")]
    [InlineData("phone", "12+345678")]
    [InlineData("name", "two\nlines")]
    public void What_cannot_be_so_is_named(string member, string value)
    {
        var problem = Assert.Throws<ProblemException>(() => CleanDetails.Of(member switch
        {
            "email" => new PayerDetails(Email: value),
            "phone" => new PayerDetails(Phone: value),
            _ => new PayerDetails(Name: value),
        })).Problem;

        Assert.Equal("details_invalid", problem.Code);
        Assert.Equal([member], problem.Errors!.Keys);
    }

    [Theory]
    [InlineData("address.street1", "", "Gdańsk", "80-001", "PL")]
    [InlineData("address.city", "Długa 1", " ", "80-001", "PL")]
    [InlineData("address.postalCode", "Długa 1", "Gdańsk", "80-001-and-too-much-more", "PL")]
    [InlineData("address.country", "Długa 1", "Gdańsk", "80-001", "Poland")]
    [InlineData("address.country", "Długa 1", "Gdańsk", "80-001", "P1")]
    public void An_address_has_what_the_post_needs(string member, string street, string city, string code, string country) =>
        Assert.Equal([member], Assert.Throws<ProblemException>(() => CleanDetails.Of(new PostalAddress(street, city, code, country))).Problem.Errors!.Keys);

    [Fact]
    public void What_was_not_asked_for_goes_to_nobody()
    {
        var only = CleanDetails.Only(new("Zofia", "zofia@example.com", "12345", home), ["contact_email"]);

        Assert.Equal(new PayerDetails(Email: "zofia@example.com"), only);
        Assert.Equal(["contact_phone", "shipping_address"], CleanDetails.Missing(only, ["contact_email", "contact_phone", "shipping_address"]));
    }
}
