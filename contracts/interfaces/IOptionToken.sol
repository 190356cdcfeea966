// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC6909Metadata} from "@openzeppelin/contracts/interfaces/IERC6909.sol";

/// @title Long side of the options: ERC-6909, id = series id, 8 decimals (1e8 = one contract)
interface IOptionToken is IERC6909Metadata {
    /// @notice The caller is not the vault.
    error OptionTokenOnlyVault(address caller);

    /// @notice The vault that alone mints and burns.
    function VAULT() external view returns (address vault);

    /// @notice Creates `amountE8` longs of a series. Only the vault.
    function mint(address to, uint256 seriesId, uint256 amountE8) external;

    /// @notice Destroys `amountE8` longs of a series. Only the vault, which answers for the holder's consent.
    function burn(address from, uint256 seriesId, uint256 amountE8) external;
}
