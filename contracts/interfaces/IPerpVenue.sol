// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title What a hedging mandate asks of a venue for perpetual contracts of one coin, settled in a dollar token
/// @notice A real venue stands behind an adapter with these functions. Every account is that of the caller. Sizes are
/// contracts of one coin, 1e-8, negative for short; prices 1e-8 USD; money units of the margin token.
interface IPerpVenue {
    /// @notice Takes `amount` from the caller's allowance as margin.
    function depositMargin(uint256 amount) external;

    /// @notice Pays `amount` of margin that no position needs to the caller.
    function withdrawMargin(uint256 amount) external;

    /// @notice Changes the position by `sizeE8`, wholly or not at all.
    /// @param limitPriceE8 highest price of a purchase, lowest of a sale
    /// @return priceE8 what was paid a coin, fees included
    function trade(int256 sizeE8, uint256 limitPriceE8) external returns (uint256 priceE8);

    /// @notice Position of an account.
    function positionOf(address account) external view returns (int256 sizeE8);

    /// @notice What an account would be left with at the present mark price; negative when it owes.
    function equityOf(address account) external view returns (int256 equity);

    /// @notice Price at which the venue values positions.
    function markE8() external view returns (uint256 priceE8);

    /// @notice Token of all margins.
    function MARGIN_TOKEN() external view returns (address token);
}
