using System.Diagnostics.CodeAnalysis;
using ActorBroker.Core.Groups.Consumer;

namespace ActorBroker.Core.Tests.Groups.Consumer;

public sealed class TopicPatternTests
{
    [Theory]
    [InlineData("orders", "orders", true)]
    [InlineData("orders", "orders-2", false)]
    [InlineData("orders", "my-orders", false)]
    [InlineData("orders|payments", "payments", true)]
    [InlineData("orders|payments", "orderspayments", false)]
    [InlineData("orders-.*", "orders-eu", true)]
    [InlineData("^orders.*$", "orders-eu", true)]
    [InlineData(@"\Qa.b\E.*", "a.b-1", true)]
    [InlineData(@"\Qa.b\E.*", "axb-1", false)]
    [InlineData(@"\Qa.b", "a.b", true)]
    [InlineData("(?P<region>eu|us)-logs", "us-logs", true)]
    [InlineData("(?<region>eu|us)-logs", "eu-logs", true)]
    [InlineData("(?i)ORDERS", "orders", true)]
    [InlineData("(?i:O)rders", "orders", true)]
    [InlineData("((?i)ORDERS)|(?s)x", "orders", true)]
    [InlineData("[[:alpha:]]+[[:digit:]]{2}", "abc12", true)]
    [InlineData("[[:alpha:]]+[[:digit:]]{2}", "abc1x", false)]
    [InlineData("[^[:digit:]]+", "abc", true)]
    [InlineData("[^[:digit:]]+", "abc1", false)]
    [InlineData("[]a]+", "a", true)]
    [InlineData(@"\d+\.\w+", "12.ab", true)]
    [InlineData("a{2,3}", "aaa", true)]
    [InlineData("a{2,3}", "aaaa", false)]
    public void A_pattern_matches_whole_names_as_RE2_does(string expression, string topic, bool matches) =>
        Assert.Equal(matches, Parse(expression).Matches(topic));

    [Theory]
    [InlineData("a(b")]
    [InlineData("a)b")]
    [InlineData("[a")]
    [InlineData("[[:nothing:]]")]
    [InlineData("*a")]
    [InlineData(@"(a)\1")]
    [InlineData("(?=a)b")]
    [InlineData("(?!a)b")]
    [InlineData("(?<=a)b")]
    [InlineData("(?<!a)b")]
    [InlineData("(?>a+)b")]
    [InlineData("(?#words)a")]
    [InlineData("(?x) a")]
    [InlineData("(?P<n")]
    [InlineData("(?(a)b|c)")]
    [InlineData(@"\Ga")]
    [InlineData(@"a\Z")]
    [InlineData("a)|(b")]
    [InlineData("(?i)a)|(?:b")]
    [InlineData("(?i)(?s)a))|(?:(?:b")]
    public void What_RE2_does_not_know_is_refused_with_a_reason(string expression)
    {
        Assert.False(TopicPattern.TryParse(expression, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void An_expression_is_not_longer_than_the_limit()
    {
        Assert.True(Parse(new string('a', 249) + "|b").Matches(new string('a', 249)));
        Assert.False(TopicPattern.TryParse(new string('a', TopicPattern.LengthMax + 1), out _, out _));
    }

    [Theory]
    [SuppressMessage("Performance", "CA1861", Justification = "Once.")]
    [InlineData("(a+)+b")]
    [InlineData("(a|a)*b")]
    [InlineData("(a*)*(a*)*(a*)*b")]
    [InlineData("(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)b")]
    public void An_expression_that_explodes_elsewhere_takes_linear_time(string expression) =>
        Assert.False(Parse(expression).Matches(new string('a', 249)));

    [Theory]
    [InlineData("((a{1000}){1000}){1000}")]
    [InlineData("(a{900}|b{900}){900}")]
    [InlineData("((((((((((a?){9}){9}){9}){9}){9}){9}){9}){9}){9}){9}")]
    public void An_expression_of_enormous_counts_is_refused(string expression)
    {
        Assert.False(TopicPattern.TryParse(expression, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Deep_nesting_is_either_understood_or_refused()
    {
        var expression = new string('(', 1_000) + "a" + new string(')', 1_000);
        if (TopicPattern.TryParse(expression, out var pattern, out _))
        {
            Assert.True(pattern.Matches("a"));
        }
    }

    private static TopicPattern Parse(string expression)
    {
        Assert.True(TopicPattern.TryParse(expression, out var pattern, out var problem), problem);
        return pattern;
    }
}
