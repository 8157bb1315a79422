using ActorBroker.Core.Topics;

namespace ActorBroker.Core.Tests.Topics;

public class TopicNamesTests
{
    [Theory]
    [InlineData("orders")]
    [InlineData("Orders.EU_west-1")]
    [InlineData("...")]
    [InlineData("0")]
    [InlineData("__consumer_offsets")]
    public void Letters_digits_dots_underscores_and_dashes_are_legal(string name) =>
        Assert.True(TopicNames.IsValid(name));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("../etc")]
    [InlineData("a\0")]
    [InlineData("käse")]
    [InlineData("a\n")]
    public void Everything_else_is_not(string? name) => Assert.NotNull(TopicNames.Problem(name));

    [Fact]
    public void A_name_has_at_most_249_characters()
    {
        Assert.True(TopicNames.IsValid(new string('a', 249)));
        Assert.False(TopicNames.IsValid(new string('a', 250)));
    }

    [Theory]
    [InlineData("a.b", "a_b", true)]
    [InlineData("a.b_c", "a_b.c", true)]
    [InlineData("a.b", "a-b", false)]
    [InlineData("a.b", "a.bc", false)]
    public void Names_collide_when_only_dots_and_underscores_differ(string one, string other, bool collide)
    {
        Assert.Equal(collide, TopicNames.Collide(one, other));
        Assert.Equal(collide ? other : null, TopicNames.FindCollision(one, ["x", one, other]));
    }

    [Theory]
    [InlineData("__consumer_offsets", true)]
    [InlineData("__transaction_state", true)]
    [InlineData("__share_group_state", true)]
    [InlineData("__mine", false)]
    public void Three_topics_are_internal(string name, bool isInternal) =>
        Assert.Equal(isInternal, TopicNames.IsInternal(name));
}
