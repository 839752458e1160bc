using FsCheck;
using FsCheck.Fluent;
using Stoa.Town.Passes;

namespace Stoa.Town.Tests;

public sealed class PassengerNameTests
{
    [Theory]
    [InlineData("Zofia Nowak", "NOWAK/ZOFIA")]
    [InlineData("Łukasz Żółć", "ZOLC/LUKASZ")]
    [InlineData("Søren Ærø", "AERO/SOREN")]
    [InlineData("Jürgen Weiß", "WEISS/JURGEN")]
    [InlineData("Amélie Laurent", "LAURENT/AMELIE")]
    [InlineData("Anna van der Berg", "VAN DER BERG/ANNA")]
    [InlineData("Jean-Pierre D'Arc", "DARC/JEAN-PIERRE")]
    [InlineData("Maria da Silva", "DA SILVA/MARIA")]
    [InlineData("nowak/zofia", "NOWAK/ZOFIA")]
    [InlineData("Nowak, Zofia", "NOWAK/ZOFIA")]
    [InlineData("  zofia   maria   nowak ", "NOWAK/ZOFIA MARIA")]
    [InlineData("Zo\u0308fia Nowak", "NOWAK/ZOFIA")]
    [InlineData("Bartholomew Featherstonehaugh", "FEATHERSTONEHAUGH/BA")]
    [InlineData("Bo Wolfeschlegelsteinhausenbergerdorff", "WOLFESCHLEGELSTEIN/B")]
    public void A_name_is_folded_for_the_pass(string typed, string onPass) =>
        Assert.Equal(onPass, Assert.IsType<NameOutcome.Read>(PassengerName.Read(typed)).Name.ForPass());

    [Theory]
    [InlineData("Zofia", "only_one")]
    [InlineData("נועה לוי", "not_latin")]
    [InlineData("ليلى حداد", "not_latin")]
    [InlineData("Пётр Дудек", "not_latin")]
    [InlineData("Noa לוי", "not_latin")]
    [InlineData("12345", "not_a_name")]
    [InlineData("what time is it?", "not_a_name")]
    [InlineData("", "not_a_name")]
    [InlineData("-", "not_a_name")]
    [InlineData("/", "not_a_name")]
    public void What_is_no_whole_name_is_told_apart(string typed, string code) => Assert.Contains(code, PassengerName.Read(typed).ToString(), StringComparison.Ordinal);

    [Fact]
    public void One_name_is_taken_when_the_person_says_that_it_is_all() =>
        Assert.Equal("CHER", Assert.IsType<NameOutcome.Read>(PassengerName.Read("Cher", one: true)).Name.ForPass());

    [Fact]
    public void Names_of_one_to_sixty_letters_always_fit_and_begin_with_the_surname()
    {
        var letter = Gen.Elements("abcdefghijklmnopqrstuvwxyzéłøßñçşğİżÆ".ToCharArray());
        var word = from n in Gen.Choose(1, 30) from text in Gen.ArrayOf(letter, n) select new string(text);
        Prop.ForAll(word.ToArbitrary(), word.ToArbitrary(), (given, surname) =>
        {
            var name = new PassengerName(given, surname).ForPass();
            var plain = PassengerName.Plain(surname);
            return name.Length is >= 3 and <= PassengerName.PassLength && name.All(c => char.IsAsciiLetterUpper(c) || c == '/')
                && name.StartsWith(plain[..Math.Min(plain.Length, 18)], StringComparison.Ordinal) && name.Count(c => c == '/') == 1;
        }).QuickCheckThrowOnFailure();
    }
}
